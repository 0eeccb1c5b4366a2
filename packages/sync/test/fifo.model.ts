import {
  awaitExchange,
  awaitValue,
  type DataRace,
  type Exploration,
  explore,
} from '@smpnet/interleave'
import type { Address, Memory } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { alikeIn, parkedWorld, tinyWorld, untilWoken } from '@smpnet/park/model'
import { expectToHold, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import type { FifoSpin } from '../src/locks/fifo-spin.ts'
import { HOLDER } from '../src/locks/fifo-spin.ts'
import { MCS, MCS_NODE, McsLock } from '../src/locks/mcs-lock.ts'
import { TicketLock, TICKETS } from '../src/locks/ticket-lock.ts'

const checker = { awaitExchange, awaitValue }
const CPUS = 3
const NODE = HOLDER.size + MCS.size
const { next, serving } = TICKETS.offset

interface FifoKind {
  readonly name: string
  readonly bytes: number
  readonly make: (memory: Memory, at: Address) => FifoSpin
  /** The same with a mistake that leaves a waiter behind, or lets one in that is not the next. */
  readonly broken: (memory: Memory, at: Address) => FifoSpin
  /** Whether no thread is inside and none has a place in the queue. */
  readonly isEmpty: (memory: Memory, at: Address) => boolean
}

const KINDS: readonly FifoKind[] = [
  {
    name: 'ticket',
    bytes: TicketLock.bytes,
    make: (memory, at) => new TicketLock(memory, at),
    broken: (memory, at) => new TornTickets(memory, at),
    isEmpty: (memory, at) =>
      memory.load(at + HOLDER.size + next) === memory.load(at + HOLDER.size + serving),
  },
  {
    name: 'mcs',
    bytes: McsLock.bytes(CPUS),
    make: (memory, at) => new McsLock(memory, at, CPUS),
    broken: (memory, at) => new LateNode(memory, at, CPUS),
    isEmpty: (memory, at) => memory.load(at + HOLDER.size) === 0,
  },
]

/** Draws a number in two steps, so that two may draw the same. */
class TornTickets extends TicketLock {
  protected override *take(): Waiting {
    const { memory, tail } = this
    const mine = memory.load(tail)
    memory.store(tail, mine + 1)
    yield* this.until(tail - next + serving, (served) => served === mine)
  }
}

/** Says that it waits when it is in the list already: the one before may have let it in by then. */
class LateNode extends McsLock {
  protected override *take(td: Waiter): Waiting {
    const { memory, tail, at } = this
    const node = at + NODE + td.cpu * MCS_NODE.size
    memory.write(node + MCS_NODE.offset.user, td.at)
    const before = memory.exchange(tail, node)
    if (before === 0) return
    memory.store(before + MCS_NODE.offset.next, node)
    memory.store(node + MCS_NODE.offset.waits, 1)
    yield* this.until(node + MCS_NODE.offset.waits, (waits) => waits === 0)
  }
}

/** A holder writes its name plainly, for those that load it to find their own. */
const races = ({ first, second }: DataRace): boolean => !first.isAtomic && !second.isAtomic

/** Threads that are inside once, one of which may die after any of its steps. */
function dying(kind: FifoKind, count: number, deaths: number, make = kind.make): Exploration {
  const name = `a ${kind.name} lock of ${count} threads, ${deaths} die`
  return explore({ name, ...whole, deaths, races }, (world) => {
    const programs = Array.from({ length: count }, () => 'w')
    const alike = deaths > 0 ? programs.map(() => -1) : alikeIn(programs)
    const { threads, at, data } = parkedWorld(checker, alike, kind.bytes)
    let died = 0
    for (const [i, { memory, td }] of threads.entries()) {
      const lock = make(memory, at)
      world.thread(`thread ${i}`, () => {
        untilWoken(td, lock.enter(td))
        const before = memory.read(data)
        memory.write(data, before + 1)
        untilWoken(td, lock.exit(td))
      })
    }
    if (deaths > 0) world.onDeath(() => void died++)
    const { memory } = threads[0]!
    // Those that live are kept out for ever only by one that has died inside or in the queue.
    world.acceptsStuck(() => died > 0 && !kind.isEmpty(memory, at))
    world.after(() => expect(memory.read(data)).toBeGreaterThanOrEqual(count - died))
  })
}

describe.each(KINDS)('A $name lock', (kind) => {
  it('keeps out what it keeps out, and nobody else, when one of two dies anywhere', () => {
    expectToHold(dying(kind, 2, 1))
  })

  it('is found out with a place in the queue that is not taken in one step', () => {
    expect(dying(kind, 2, 0, kind.broken).verdict).toBe('fails')
  })

  it('lets waiters in in the order in which they came', () => {
    const { memory, tds, at } = tinyWorld(CPUS, kind.bytes)
    const lock = kind.make(memory, at)
    const [first, second, third] = tds as [Waiter, Waiter, Waiter]
    expect(lock.tryEnter(first)).toBe(true)
    const inside: Waiter[] = []
    const waits = [third, second].map((td) => ({ td, waiting: lock.enter(td) }))
    /** Each looks so often, the one that came later first. */
    const look = (): void => {
      for (const { td, waiting } of waits.toReversed()) {
        for (let looks = 0; looks < 5; looks++) {
          const step = waiting.next(WOKEN)
          if (step.done && step.value === WOKEN) inside.push(td)
          if (step.done) break
          expect(step.value).not.toBe(SETTLE)
        }
      }
    }
    for (const { waiting } of waits) waiting.next(WOKEN)
    look()
    expect(inside).toEqual([])
    // A newcomer does not pass those that wait, not even when the lock is theirs to take.
    expect(lock.tryExit(first) || untilWoken(first, lock.exit(first)) === undefined).toBe(true)
    expect(lock.tryEnter(first)).toBe(false)
    look()
    expect(inside).toEqual([third])
    if (!lock.tryExit(third)) untilWoken(third, lock.exit(third))
    look()
    expect(inside).toEqual([third, second])
  })
})
