import { describe, expect, it } from 'vitest'
import {
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
    expect([4, 8].map((at) => memory.read(at))).toEqual([1, 1])
  })
})

describe('plain code that must get in', () => {
  it('pauses until the holder lets go', () => {
    const memory = new Pausing((memory, pause) => {
      if (pause === 100) memory.store(4, 0)
    })
    memory.store(4, 1)
    spinNow(memory, 4)
    expect([memory.pauses, memory.load(4)]).toEqual([100, 1])
  })

  it('does not try for ever, and says for which lock it tried', () => {
    const memory = new Pausing(() => {})
    const lock = new SpinLock(memory, 4, 'the lock of the tests')
    lock.enterNow()
    expect(() => lock.enterNow()).toThrow(
      `the lock of the tests at 4 is held for a few instructions at a time: it was not let go ` +
        `in ${MOST_TRIES} tries`,
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
    expect(memory.read(4)).toBe(1)
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
