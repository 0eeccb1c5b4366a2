import { describe, expect, it } from 'vitest'
import { LiveMemory, MAX_MEMORY_BYTES, PricedMemory } from '../src/index.ts'
import { Bill, kinds } from './memories.ts'

describe.each(kinds)('%s memory', (_, create) => {
  it('is zero at first', () => {
    const memory = create(128)
    expect(Array.from({ length: 32 }, (_, i) => memory.load(i * 4))).toEqual(Array(32).fill(0))
  })

  it('keeps words apart', () => {
    const memory = create(64)
    memory.store(8, -1)
    memory.write(12, 7)
    expect([4, 8, 12, 16].map((at) => memory.read(at))).toEqual([0, -1, 7, 0])
  })

  it('returns what was there before an update', () => {
    const memory = create(64)
    memory.store(4, 5)
    expect(memory.exchange(4, 6)).toBe(5)
    expect(memory.add(4, 10)).toBe(6)
    expect(memory.or(4, 1)).toBe(16)
    expect(memory.and(4, 0x11)).toBe(17)
    expect(memory.compareExchange(4, 17, 3)).toBe(17)
    expect(memory.load(4)).toBe(3)
  })

  it('leaves a word alone that is not what was expected', () => {
    const memory = create(64)
    memory.store(4, 5)
    expect(memory.compareExchange(4, 4, 9)).toBe(5)
    expect(memory.load(4)).toBe(5)
  })

  it('wraps at 32 bits', () => {
    const memory = create(64)
    memory.store(4, 0x7fffffff)
    memory.add(4, 1)
    expect(memory.load(4)).toBe(-0x80000000)
  })

  it.each([0, 1, 31, 32, 33, 1000])('copies %i bytes in and out, and no more', (length) => {
    const memory = create(2048)
    const from = Uint8Array.from({ length: 1100 }, (_, i) => (i * 7 + 1) & 255)
    memory.copyIn(65, from, 3, length)
    const to = new Uint8Array(1100)
    memory.copyOut(64, to, 10, length + 2)
    expect(to.slice(11, 11 + length)).toEqual(from.slice(3, 3 + length))
    expect([to[10], to[11 + length]]).toEqual([0, 0])
  })

  it('copies a whole array', () => {
    const memory = create(256)
    const from = Uint8Array.from({ length: 100 }, (_, i) => i + 1)
    memory.copyIn(64, from, 0, 100)
    const to = new Uint8Array(100)
    memory.copyOut(64, to, 0, 100)
    expect(to).toEqual(from)
  })

  it('fills', () => {
    const memory = create(128)
    memory.fill(66, 9, 2)
    const to = new Uint8Array(4)
    memory.copyOut(65, to, 0, 4)
    expect([...to]).toEqual([0, 9, 9, 0])
  })

  it('has whole lines, at least one, and at most what an address can name', () => {
    for (const bytes of [0, 63, 100, -64, Number.NaN, MAX_MEMORY_BYTES + 64]) {
      expect(() => create(bytes)).toThrow(`at least one and at most ${MAX_MEMORY_BYTES} bytes`)
      expect(() => create(bytes)).toThrow(`${bytes} bytes came`)
    }
  })
})

describe('live memory', () => {
  it('is the same for all who open its buffer', () => {
    const one = LiveMemory.create(64)
    const other = new LiveMemory(one.buffer)
    one.store(4, 42)
    expect(other.load(4)).toBe(42)
  })

  it('is always settled, charges nothing, and pauses for a bounded time', () => {
    const memory = LiveMemory.create(64)
    expect([memory.settled(), memory.claimed(), memory.owned()]).toEqual([true, true, true])
    for (const attempt of [0, 1, 64, 65, 1000]) memory.pause(attempt)
  })
})

describe('priced memory', () => {
  it('sends the bill for the line of every access', () => {
    const bill = new Bill()
    const memory = new PricedMemory(256, bill)
    memory.load(60)
    memory.store(64, 1)
    memory.read(128)
    memory.write(0, 1)
    memory.exchange(192, 1)
    memory.compareExchange(192, 0, 1)
    memory.add(4, 1)
    memory.copyIn(60, new Uint8Array(10), 0, 10)
    memory.copyOut(64, new Uint8Array(64), 0, 64)
    memory.copyIn(60, new Uint8Array(10), 0, 0)
    memory.fill(120, 0, 16)
    memory.charge(3, 2)
    memory.pause(7)
    expect(bill.items).toEqual([
      'read 0',
      'write 1',
      'read 2',
      'write 0',
      'update 3',
      'update 3',
      'update 0',
      'copy 10 to 0..1',
      'copy 64 from 1..1',
      'copy 16 to 1..2',
      'charge 3 x 2',
      'pause 7',
    ])
  })

  it('bills an observer for nothing, who sees the same words and waits for no time', () => {
    const bill = new Bill()
    const memory = new PricedMemory(256, bill)
    const seen = memory.unbilled()
    memory.store(4, 7)
    bill.items.length = 0
    bill.ahead = true
    expect([seen.load(4), seen.settled(), seen.size]).toEqual([7, true, 256])
    seen.store(64, 9)
    seen.move(128, 4, 4)
    seen.charge(0 as never, 5)
    expect(bill.items).toEqual([])
    expect([memory.load(64), memory.load(128), memory.settled()]).toEqual([9, 7, false])
  })

  it('is settled when its machine says so', () => {
    const bill = new Bill()
    const memory = new PricedMemory(64, bill)
    expect(memory.settled()).toBe(true)
    bill.ahead = true
    expect(memory.settled()).toBe(false)
    expect([memory.claimed(4), memory.owned(4)]).toEqual([false, false])
  })

  it('tells its machine of a swap that found another value', () => {
    const bill = new Bill()
    let failed = 0
    bill.failed = () => failed++
    const memory = new PricedMemory(64, bill)
    memory.compareExchange(4, 1, 2)
    expect(failed).toBe(1)
    memory.compareExchange(4, 0, 2)
    expect(failed).toBe(1)
  })
})
