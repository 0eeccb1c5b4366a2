import { type Address, layout, type Memory, word } from '@smpnet/memory'
import { DEAD, type Lot, WAITER, type Waiting } from '@smpnet/park'
import type { MortalKind } from './lock-kind.ts'
import { NOBODY } from './names.ts'

/**
 * The words of a barrier, and how its parties are counted anew. Apart from `Barrier`, since the
 * undertaker of a party knows only where the barrier is.
 *
 * A party that waits has written, in what its entry wants of the barrier's key, of which round it
 * is. It writes so when it is counted, and erases it when it is counted no more, both under the
 * barrier's queue; or after it has passed, when the round is another one anyway.
 */
export const BARRIER = layout('barrier', {
  /**
   * (m) Under its queue: how often the barrier was passed, and, with the lowest bits of that, how
   * many wait to pass it, so that one write passes the barrier and begins the next round.
   */
  generation: word('m'),
  arrived: word('m'),
})

export const BARRIER_KIND: MortalKind = {
  name: 'barrier',
  code: 8,
  version: 3,
  names: NOBODY,
  putRight: ({ lot }, { at }) => recount(lot, at),
}

const SHIFT = 24
export const MOST_PARTIES = (1 << SHIFT) - 1
const ROUNDS = 0xff
/** In what a party wants: the round above it. So many rounds are told apart. */
const COUNTED = 1
const ROUND_SHIFT = 1
const ROUND_BITS = 0xffffff

/** How many wait in this round. For the holder of the barrier's queue. */
export function arrivedIn(memory: Memory, at: Address): number {
  const generation = memory.read(at + BARRIER.offset.generation)
  const word = memory.read(at + BARRIER.offset.arrived)
  return word >>> SHIFT === (generation & ROUNDS) ? word & MOST_PARTIES : 0
}

export function setArrived(memory: Memory, at: Address, count: number): void {
  const generation = memory.read(at + BARRIER.offset.generation)
  memory.write(at + BARRIER.offset.arrived, ((generation & ROUNDS) << SHIFT) | count)
}

/** What a party of that round wants. */
export function roundOf(generation: number): number {
  return ((generation & ROUND_BITS) << ROUND_SHIFT) | COUNTED
}

/** The party at `entry` waits no more. For its thread, which is in no queue. */
export function isNotCounted(memory: Memory, entry: Address): void {
  memory.write(entry + WAITER.offset.want, 0)
}

/** Counts those that wait, without the dead, which their undertaker has taken out of the queue. */
export function* recount(lot: Lot, at: Address): Waiting {
  const { memory } = lot
  const queue = yield* lot.lockQueue(at)
  const want = roundOf(memory.read(at + BARRIER.offset.generation))
  const parties = lot.given().filter((entry) => {
    const isHere = memory.load(entry + WAITER.offset.key) === at
    const isAlive = memory.load(entry + WAITER.offset.state) !== DEAD
    return isHere && isAlive && memory.load(entry + WAITER.offset.want) === want
  })
  setArrived(memory, at, parties.length)
  lot.unlockQueue(queue)
}
