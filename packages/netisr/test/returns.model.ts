import '@smpnet/interleave/vitest'
import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import { type Address, Arena, NIL } from '@smpnet/memory'
import { Lot, type Waiter } from '@smpnet/park'
import { CalmMemory, CalmWaker, StillWaiter, untilPosted } from '@smpnet/park/model'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Giver, Taker } from '../src/dispatcher/returns.ts'
import { HANDLED, Slots } from '../src/dispatcher/slots.ts'

const SHAPE = { places: 3, payloadBytes: 64 }

/** A CPU gives three slots back, to one thread or to two, which take them and sleep for them. */
function world(senders: number, mostHeld: number, KindOfGiver = Giver) {
  const memory = new CalmMemory(new SharedArrayBuffer(8192), { awaitValue, awaitExchange })
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { buckets: 1, cpus: 1, threads: senders, waiters: 4 })
  const slots = new Slots(memory, Slots.place(arena, { senders, ...SHAPE }))
  const lotOf = (cpu: number): Lot => new Lot(memory, lots, new CalmWaker(memory), cpu)
  const worker = StillWaiter.of(lotOf(0))
  memory.locks.push(worker.lot.queueOf(slots.seat(0)))
  const giver = new KindOfGiver(slots, mostHeld)
  /** Which of a seat's slots are given back, in their order, and what is handled at last. */
  const give = (seats: readonly number[]): void => {
    for (const [i, seat] of seats.entries()) giver.add(worker, slots.of(seat)[i]!, HANDLED)
    giver.give(worker)
  }
  const takers = Array.from({ length: senders }, (_, seat) => {
    const td = StillWaiter.of(lotOf(1 + seat))
    return (slotsToCome: number) => takeAll(td, new Taker(slots, seat), slotsToCome)
  })
  return { slots, give, takers }
}

function takeAll(td: Waiter, taker: Taker, slotsToCome: number): Address[] {
  const taken: Address[] = []
  while (taken.length < slotsToCome) {
    let slot = taker.stack.takeAll()
    if (slot === NIL) untilPosted(td, taker.untilSome(td))
    for (; slot !== NIL; slot = taker.stack.after(slot)) taken.push(slot)
  }
  return taken
}

function returns(name: string, seats: readonly number[], mostHeld: number, KindOfGiver = Giver) {
  return explore({ name }, ({ thread, after }) => {
    const senders = Math.max(...seats) + 1
    const { slots, give, takers } = world(senders, mostHeld, KindOfGiver)
    const taken: Address[][] = []
    thread('CPU', () => give(seats))
    takers.forEach((take, seat) => {
      const slotsToCome = seats.filter((other) => other === seat).length
      thread(`thread ${seat}`, () => void (taken[seat] = take(slotsToCome)))
    })
    after(() => {
      takers.forEach((_, seat) => {
        const given = slots.of(seat).filter((_slot, i) => seats[i] === seat)
        expect(taken[seat]).toEqual(given)
      })
    })
  })
}

const SMALL: [name: string, seats: readonly number[], mostHeld: number][] = [
  ['one by one', [0, 0], 1],
  ['held back until all are handled', [0, 0], 32],
  ['to two threads in turn', [0, 1], 32],
]
const LARGE: typeof SMALL = [
  ['three held back until all are handled', [0, 0, 0], 32],
  ['three held back by two', [0, 0, 0], 2],
]

describe('Under every schedule each slot comes back once, in order, and no sleep is missed', () => {
  it.each(thorough([...SMALL, ...LARGE], SMALL))('%s', (name, seats, mostHeld) => {
    const result = returns(name, seats, mostHeld)
    console.log(result.summary)
    expect(result).toHold()
  })
})

/** Holds back what it has when the queue is drained. */
class Miser extends Giver {
  override give(td: Waiter): void {
    if (this.isAwaited()) super.give(td)
  }
}

/** Looks whether the thread sleeps before the slot is there, and not after. */
class Hasty extends Giver {
  #wasAwaited = false

  override give(td: Waiter): void {
    this.#wasAwaited = super.isAwaited()
    super.give(td)
  }

  protected override isAwaited(): boolean {
    return this.#wasAwaited
  }
}

describe('A thread is found to sleep for ever', () => {
  it.each([
    ['when the CPU keeps slots while it waits', Miser],
    ['when the CPU looks too early whether the thread sleeps', Hasty],
  ])('%s', (name, KindOfGiver) => {
    expect(returns(name, [0, 0], 32, KindOfGiver)).toFailWith('deadlock')
  })
})
