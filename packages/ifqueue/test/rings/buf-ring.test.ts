import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { BUF_RING, BufRing } from '../../src/rings/buf-ring.ts'
import { ManyConsumersRing, SoleConsumerRing } from '../../src/rings/buf-ring-consumers.ts'

describe.each([
  ['for one consumer', SoleConsumerRing],
  ['for many', ManyConsumersRing],
])('A ring %s', (_, Ring) => {
  const make = (slots = 4) => new Ring(LiveMemory.create(BufRing.bytes({ slots })), 0, slots)

  it('gives out words in the order in which they were put', () => {
    const ring = make()
    for (let word = 2; word < 2000; word += 2) {
      expect(ring.tryPut(word)).toBe(true)
      expect(ring.count).toBe(1)
      expect(ring.tryTake()).toBe(word)
    }
    expect(ring.tryTake()).toBe(0)
    expect(ring.count).toBe(0)
  })

  it('puts and takes in bulk, as far as there is room and there are words', () => {
    const ring = make()
    const into = new Int32Array(8)
    expect(ring.tryPutAll([2, 4, 6, 8, 10, 12], 1, 5)).toBe(4)
    expect(ring.tryTakeAll(into, 1, 3)).toBe(3)
    expect([...into]).toEqual([0, 4, 6, 8, 0, 0, 0, 0])
    expect(ring.tryPutAll([20], 0, 1)).toBe(1)
    expect(ring.tryTakeAll(into, 0, 8)).toBe(2)
    expect([...into.subarray(0, 2)]).toEqual([10, 20])
  })

  it('goes on where its numbers wrap', () => {
    const ring = make(2)
    const start = -3
    ring.memory.store(BUF_RING.offset.tail, start)
    ring.memory.store(BUF_RING.offset.head, start)
    for (let i = 0; i < 2; i++) {
      const position = start + i
      ring.memory.store(BUF_RING.size + (position & 1) * 4, -(position >>> 1))
    }
    for (let word = 2; word < 40; word += 4) {
      expect([ring.tryPut(word), ring.tryPut(word + 2), ring.tryPut(2)]).toEqual([
        true,
        true,
        false,
      ])
      expect(ring.count).toBe(2)
      expect([ring.tryTake(), ring.tryTake(), ring.tryTake()]).toEqual([word, word + 2, 0])
    }
  })

  it('refuses what is no word, and a number of slots that cannot be', () => {
    const ring = make()
    for (const word of [0, -4, 3, Number.NaN, 2 ** 31]) {
      expect(() => ring.tryPut(word)).toThrow(/an address, positive and even/)
    }
    expect(ring.count).toBe(0)
    for (const slots of [0, 1, 3, 2 ** 25, '4' as never]) {
      expect(() => make(slots)).toThrow(/a power of two of slots/)
    }
  })
})

/** Of simulated time that has not caught up: an own memory asks for what is in another's hands. */
class UnsettledMemory extends LiveMemory {
  isSettled = false

  override settled(): boolean {
    return this.isSettled
  }
}

describe('While simulated time has to settle', () => {
  it('a try does nothing, and a generator goes on when it has', () => {
    const memory = new UnsettledMemory(LiveMemory.create(256).buffer)
    const ring = new SoleConsumerRing(memory, 0, 4)
    expect([ring.tryPut(2), ring.tryTake(), ring.tryPutAll([2], 0, 1)]).toEqual([false, 0, 0])
    expect(ring.count).toBe(0)
    const putting = ring.put(2)
    expect(putting.next().done).toBe(false)
    memory.isSettled = true
    expect(putting.next()).toEqual({ done: true, value: true })
    expect(ring.take().next()).toEqual({ done: true, value: 2 })
  })
})
