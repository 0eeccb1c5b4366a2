import { Arena, Interrupt, LiveMemory, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import {
  ABORTED,
  AWAKE,
  CHANGED,
  FOREVER,
  Lot,
  type LotShape,
  NO_CPU,
  NotifyWaker,
  PARK,
  PARKED,
  SLEEPING,
  TIMED_OUT,
  until,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '../src/index.ts'

function makeLot(shape: LotShape = {}) {
  const memory = LiveMemory.create(1 << 18)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, shape)
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const word = arena.place('word', 4)
  return { memory, arena, handle, lot, word }
}

/** Drives a generator by hand up to where it parks. */
function untilParked<T>(waiting: Waiting<T>): void {
  expect(waiting.next(WOKEN)).toEqual({ done: false, value: PARK })
}

function ended<T>(waiting: Waiting<T>, resumedWith: number): T {
  const step = waiting.next(resumedWith)
  expect(step.done).toBe(true)
  return step.value as T
}

function stateOf(lot: Lot, td: Waiter): number {
  return lot.memory.load(td.at + WAITER.offset.state)
}

describe('Parking', () => {
  it('does not sleep when the word is not what it was said to be', () => {
    const { lot, word, memory } = makeLot()
    memory.store(word, 7)
    expect(ended(lot.park(lot.waiter(), word, word, 8), WOKEN)).toBe(CHANGED)
    expect(lot.tryUnpark(word, 1)).toBe(0)
  })

  it('sleeps until it is unparked, and marks the entry as awake', () => {
    const { lot, word } = makeLot()
    const td = lot.waiter()
    const parking = lot.park(td, word, word, 0)
    untilParked(parking)
    expect(stateOf(lot, td)).toBe(PARKED)
    expect(lot.tryUnpark(word, 1)).toBe(1)
    expect(stateOf(lot, td)).toBe(AWAKE)
    expect(ended(parking, WOKEN)).toBe(WOKEN)
  })

  it('wakes as many as asked, first come first', () => {
    const { lot, word } = makeLot()
    const tds = [lot.waiter(), lot.waiter(), lot.waiter()]
    for (const td of tds) untilParked(lot.park(td, word, word, 0))
    expect(lot.tryUnpark(word, 2)).toBe(2)
    expect(tds.map((td) => stateOf(lot, td))).toEqual([AWAKE, AWAKE, PARKED])
    expect(lot.tryUnpark(word, 2)).toBe(1)
    expect(stateOf(lot, tds[2]!)).toBe(AWAKE)
  })

  it.each([1, 64])('tells keys apart that share one of %i buckets', (buckets) => {
    const { lot, arena } = makeLot({ buckets })
    const keys = Array.from({ length: 8 }, () => arena.place('key', 4))
    const tds = keys.map((key) => {
      const td = lot.waiter()
      untilParked(lot.park(td, key, key, 0))
      return td
    })
    expect(lot.tryUnpark(keys[3]!, 9)).toBe(1)
    expect(tds.map((td) => stateOf(lot, td) === AWAKE)).toEqual(keys.map((_, i) => i === 3))
  })

  it('wakes those first who were put before the others', () => {
    const { lot, word } = makeLot()
    const tds = [lot.waiter(), lot.waiter(), lot.waiter()]
    const queue = lot.queueOf(word)
    untilParked(lot.park(tds[0]!, word, word, 0))
    expect(ended(lot.lockQueue(word), WOKEN)).toBe(queue)
    for (const td of tds.slice(1)) lot.prepend(queue, td, word, 7)
    lot.unlockQueue(queue)
    const states = () => tds.map(({ at }) => lot.memory.load(at + WAITER.offset.state) === AWAKE)
    expect([lot.tryUnpark(word, 1), states()]).toEqual([1, [false, false, true]])
    expect([lot.tryUnpark(word, 1), states()]).toEqual([1, [false, true, true]])
    expect([lot.tryUnpark(word, 1), lot.tryUnpark(word, 1)]).toEqual([1, 0])
    expect(states()).toEqual([true, true, true])
  })

  it('leaves the queue when its time is over, and others keep their order', () => {
    const { lot, word } = makeLot()
    const tds = [lot.waiter(), lot.waiter(), lot.waiter()]
    const parkings = tds.map((td) => lot.park(td, word, word, 0))
    for (const parking of parkings) untilParked(parking)
    expect(ended(parkings[1]!, TIMED_OUT)).toBe(TIMED_OUT)
    expect(lot.tryUnpark(word, 9)).toBe(2)
    expect(stateOf(lot, tds[1]!)).not.toBe(AWAKE)
  })

  it('counts as woken when the wake came before it could leave', () => {
    const { lot, word } = makeLot()
    const td = lot.waiter()
    const limit = until(td, { timeoutMs: 5 })
    const parking = lot.park(td, word, word, 0, limit)
    untilParked(parking)
    expect(td.limit).toBe(limit)
    lot.tryUnpark(word, 1)
    expect(parking.next(ABORTED)).toEqual({ done: false, value: PARK })
    expect(td.limit).toBe(FOREVER)
    expect(ended(parking, WOKEN)).toBe(WOKEN)
  })

  it('shows what a waiter wants to the holder of its queue', () => {
    const { lot, word } = makeLot()
    untilParked(lot.park(lot.waiter(), word, word, 0, FOREVER, 42))
    const queue = ended(lot.lockQueue(word), WOKEN)
    expect(lot.wantOf(lot.first(queue, word))).toBe(42)
    lot.unlockQueue(queue)
  })

  it('moves waiters to another key, from which they can be woken and can leave', () => {
    const { lot, word, arena } = makeLot()
    const other = arena.place('other', 4)
    const tds = [lot.waiter(), lot.waiter(), lot.waiter()]
    const parkings = tds.map((td) => lot.park(td, word, word, 0))
    for (const parking of parkings) untilParked(parking)
    ended(lot.lockQueues(word, other), WOKEN)
    expect(lot.requeue(word, other, 2)).toBe(2)
    lot.unlockQueues(word, other)
    expect(ended(parkings[0]!, TIMED_OUT)).toBe(TIMED_OUT)
    expect(lot.tryUnpark(word, 9)).toBe(1)
    expect(lot.tryUnpark(other, 9)).toBe(1)
  })

  it('does nothing at once while another holds the queue', () => {
    const { lot, word } = makeLot()
    const queue = ended(lot.lockQueue(word), WOKEN)
    expect(lot.tryUnpark(word, 1)).toBe(-1)
    expect(lot.tryLockQueue(word)).toBe(NIL)
    lot.unlockQueue(queue)
    expect(lot.tryUnpark(word, 1)).toBe(0)
    expect(lot.tryLockQueue(word)).toBe(queue)
    expect(lot.wakeNow(lot.take(queue, word, 1))).toBe(false)
    lot.unlockQueue(queue)
  })
})

/** Another CPU that holds a bucket, and lets it go at the `turns`-th pause of this one. */
class Contended extends LiveMemory {
  held = NIL
  turns = 0

  override pause(): void {
    if (this.turns-- === 0) this.store(this.held, 0)
  }
}

function contendedLot() {
  const memory = new Contended(new SharedArrayBuffer(1 << 16))
  const arena = Arena.create(memory)
  const lot = new Lot(memory, Lot.place(arena, {}), new NotifyWaker(memory), 0)
  const word = arena.place('word', 4)
  memory.held = ended(lot.lockQueue(word), WOKEN)
  return { memory, lot, word }
}

describe('An interrupt that unparks', () => {
  const irq = new Interrupt(0)

  it('wakes as many as asked, first come first', () => {
    const { lot, word } = makeLot()
    const tds = [lot.waiter(), lot.waiter()]
    for (const td of tds) untilParked(lot.park(td, word, word, 0))
    expect(lot.unparkNow(irq, word, 1)).toBe(1)
    expect(tds.map((td) => stateOf(lot, td))).toEqual([AWAKE, PARKED])
    expect([lot.unparkNow(irq, word, 9), lot.unparkNow(irq, word, 9)]).toEqual([1, 0])
  })

  it('spins while another CPU has the queue', () => {
    const { memory, lot, word } = contendedLot()
    memory.turns = 1_000
    expect(lot.unparkNow(irq, word, 1)).toBe(0)
    expect(memory.turns).toBe(-1)
  })

  it('says so when the queue is never let go', () => {
    const { memory, lot, word } = contendedLot()
    memory.turns = Number.POSITIVE_INFINITY
    expect(() => lot.unparkNow(irq, word, 1)).toThrow('did not let it go in')
  })
})

describe('A lot has bounds, and says so', () => {
  it('for waiters', () => {
    const { lot } = makeLot({ waiters: 2 })
    const first = lot.waiter()
    lot.waiter()
    expect(() => lot.waiter()).toThrow('a lot for 2 waiters has 2 already: make it for more')
    lot.releaseEntry(first.at)
    expect(lot.waiter().at).toBe(first.at)
  })

  it('for attached threads, whose numbers follow those of the CPUs', () => {
    const { memory, handle, lot } = makeLot({ cpus: 4, threads: 2 })
    expect(lot.cpu).toBe(4)
    expect(Lot.attach(memory, handle)).toBe(5)
    expect(() => Lot.attach(memory, handle)).toThrow('2 attached threads has 2 already')
    Lot.detach(memory, handle, 4)
    expect(Lot.attach(memory, handle)).toBe(4)
  })

  it('and detaches only who is attached', () => {
    const { memory, handle } = makeLot({ cpus: 1, threads: 2 })
    for (const cpu of [0, 2, 3, -1, 1.5]) {
      expect(() => Lot.detach(memory, handle, cpu)).toThrow(`${cpu} is none`)
    }
  })

  it('and gives a thread that leaves its number and waiters, unless one of these waits', () => {
    const { memory, handle, lot, word } = makeLot({ threads: 2, waiters: 3 })
    const other = new Lot(memory, handle, lot.waker, Lot.attach(memory, handle))
    const [td] = [other.waiter(), other.waiter()]
    lot.waiter()
    const parking = other.park(td, word, word, 0)
    untilParked(parking)
    expect(() => other.leave()).toThrow('when it waits no more: 1 waiters do')
    lot.tryUnpark(word, 1)
    ended(parking, WOKEN)
    other.leave()
    expect(() => other.leave()).toThrow('1 is none')
    expect(Lot.attach(memory, handle)).toBe(1)
    expect([lot.waiter().at, lot.waiter().at]).toContain(td.at)
    expect(() => lot.waiter()).toThrow('has 3 already')
  })

  it('for its shape', () => {
    const { arena } = makeLot()
    for (const buckets of [0.5, 0, -4, 2 ** 31, 2 ** 33, Number.NaN]) {
      expect(() => Lot.place(arena, { buckets })).toThrow(
        `power of two of buckets: ${buckets} came`,
      )
    }
    expect(() => Lot.place(arena, { buckets: 3 })).toThrow('a power of two of buckets: 3 came')
    expect(() => Lot.place(arena, { cpus: -1 })).toThrow('of CPUs, at least 0: -1 came')
    expect(() => Lot.place(arena, { waiters: 0 })).toThrow('of waiters, at least 1: 0 came')
    expect(() => Lot.place(arena, { threads: 0.5 })).toThrow('threads, at least 0: 0.5 came')
    expect(() => Lot.place(arena, { waiters: 1 << 20 })).toThrow('lot needs')
  })
})

describe('A waiter outside a machine', () => {
  it('is where its lot is used, and counts how often it is pinned there', () => {
    const { lot } = makeLot({ cpus: 3 })
    const td = lot.waiter()
    expect(td.cpu).toBe(3)
    td.pin()
    td.pin()
    td.unpin()
    expect(td.pins).toBe(1)
  })

  it('is notified only if it sleeps', () => {
    const { lot, memory } = makeLot()
    const td = lot.waiter()
    expect(memory.read(td.at + WAITER.offset.cpu)).toBe(NO_CPU)
    const waker = new NotifyWaker(memory)
    const index = (td.at + WAITER.offset.state) >> 2
    memory.store(td.at + WAITER.offset.state, SLEEPING)
    expect(waker.wake(td.at)).toBe(false)
    expect(Atomics.load(memory.words, index)).toBe(AWAKE)
  })
})
