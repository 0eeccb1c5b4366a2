import { describe, expect, it } from 'vitest'
import {
  ANONYMOUS,
  HeldTooLong,
  holderOf,
  LiveMemory,
  type Memory,
  PricedMemory,
  SETTLE,
  SPIN,
  SpinLock,
  spinNow,
  trySpin,
  unspin,
} from '../src/index.ts'
import { MOST_TRIES } from '../src/spin-lock.ts'
import { Bill, kinds, run } from './memories.ts'

/** A live memory whose pauses take no time, and in one of which something may happen. */
class Pausing extends LiveMemory {
  pauses = 0

  constructor(readonly during: (memory: Memory, pause: number) => void) {
    super(new SharedArrayBuffer(64))
  }

  override pause(): void {
    this.during(this, ++this.pauses)
  }
}

describe.each(kinds)('a spin lock of %s memory', (_, create) => {
  it('is held by one at a time, whichever way in was taken', () => {
    const lock = new SpinLock(create(64), 4)
    const ways = [() => run(lock.enter()), () => lock.enterNow(), () => lock.tryEnter()]
    for (const enter of ways) {
      enter()
      expect(lock.tryEnter()).toBe(false)
      expect(lock.enter().next(0).value).toBe(SPIN)
      lock.exit()
    }
    expect(lock.tryEnter()).toBe(true)
  })

  it('is a word, so that a table of locks needs no objects', () => {
    const memory = create(64)
    expect([4, 8].map((at) => trySpin(memory, at))).toEqual([true, true])
    expect(trySpin(memory, 8)).toBe(false)
    unspin(memory, 8)
    spinNow(memory, 8)
    expect([4, 8].map((at) => memory.read(at))).toEqual([ANONYMOUS, ANONYMOUS])
  })
})

describe('plain code that must get in', () => {
  it('pauses until the holder lets go', () => {
    const memory = new Pausing((memory, pause) => {
      if (pause === 100) memory.store(4, 0)
    })
    memory.store(4, 1)
    spinNow(memory, 4)
    expect([memory.pauses, memory.load(4)]).toEqual([100, ANONYMOUS])
  })

  it('does not try for ever, and says for which lock it tried', () => {
    const memory = new Pausing(() => {})
    const lock = new SpinLock(memory, 4, 'the lock of the tests')
    lock.enterNow()
    memory.holder = holderOf(7)
    expect(() => lock.enterNow()).toThrow(
      `the lock of the tests at 4 is held for a few instructions at a time: code without a ` +
        `number did not let it go in ${MOST_TRIES} tries`,
    )
    expect(memory.pauses).toBe(MOST_TRIES - 1)
  })

  it('does not try twice in simulated time, where the holder cannot run meanwhile', () => {
    const bill = new Bill()
    const lock = new SpinLock(new PricedMemory(64, bill), 4, 'the lock of the tests')
    lock.enterNow()
    bill.items.length = 0
    expect(() => lock.enterNow()).toThrow(
      'the lock of the tests at 4 is free whenever plain code of a simulated CPU asks for it',
    )
    expect(bill.items).toEqual(['update 0'])
  })

  it('gets in when its CPU has run ahead: an interrupt cannot settle', () => {
    const bill = new Bill()
    const memory = new PricedMemory(64, bill)
    bill.ahead = true
    spinNow(memory, 4)
    expect(memory.read(4)).toBe(ANONYMOUS)
  })
})

describe('a thread that may wait', () => {
  it('enters when its CPU has settled, and touches nothing before', () => {
    const bill = new Bill()
    const lock = new SpinLock(new PricedMemory(64, bill), 4)
    bill.ahead = true
    const entering = lock.enter()
    expect(lock.tryEnter()).toBe(false)
    expect(entering.next(0).value).toBe(SETTLE)
    expect(entering.next(0).value).toBe(SETTLE)
    expect(bill.items).toEqual([])
    bill.ahead = false
    expect(entering.next(0).done).toBe(true)
    expect(bill.items).toEqual(['update 0'])
  })
})

describe('the holder of a spin lock', () => {
  it('stands in its word: the number of its CPU or thread, or that it has none', () => {
    const memory = LiveMemory.create(64)
    const lock = new SpinLock(memory, 4)
    expect(lock.holder()).toBe(0)
    lock.enterNow()
    expect(lock.holder()).toBe(ANONYMOUS)
    lock.exit()
    memory.holder = holderOf(3)
    const ways = [() => run(lock.enter()), () => lock.enterNow(), () => lock.tryEnter()]
    for (const enter of ways) {
      enter()
      expect(lock.holder()).toBe(holderOf(3))
      lock.exit()
    }
  })

  it('is told to code that waited in vain', () => {
    const memory = new Pausing(() => {})
    memory.store(4, holderOf(5))
    const told = (): unknown => {
      try {
        return spinNow(memory, 4, 'the lock of the tests')
      } catch (error) {
        return error
      }
    }
    const error = told() as HeldTooLong
    expect(error).toBeInstanceOf(HeldTooLong)
    expect([error.at, error.holder]).toEqual([4, holderOf(5)])
    expect(error.message).toContain('CPU or thread 5 did not let it go')
  })

  it('that has ended loses the lock to its undertaker, which repairs and lets go', () => {
    const memory = LiveMemory.create(64)
    const lock = new SpinLock(memory, 4)
    memory.store(4, holderOf(3))
    memory.holder = holderOf(0)
    const holders: number[] = []
    const repair = (): void => void holders.push(lock.holder())
    expect(lock.breakFrom(holderOf(2), repair)).toBe(false)
    expect(lock.breakFrom(holderOf(3), repair)).toBe(true)
    expect(lock.breakFrom(holderOf(3), repair)).toBe(false)
    expect([holders, lock.holder()]).toEqual([[holderOf(0)], 0])
  })
})
