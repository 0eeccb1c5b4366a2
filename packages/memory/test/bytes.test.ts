import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Memory, PricedMemory } from '../src/index.ts'
import { Bill, kinds } from './memories.ts'

const SIZE = 512

/** RFC 1071 word by word, as its section 1 says it. */
function referenceSum(bytes: Uint8Array, initial = 0): number {
  let sum = initial
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
    while (sum > 0xffff) sum = sum - 0x10000 + 1
  }
  return sum
}

const contents = fc.uint8Array({ minLength: SIZE, maxLength: SIZE })
const at = fc.oneof(fc.nat(SIZE), fc.constantFrom(61, 62, 63, 64, 65, 127, 128))
/** A part of the memory: where it begins, and how long it is. */
const part = fc
  .tuple(at, fc.oneof(fc.nat(SIZE), fc.nat(9)))
  .map(([from, length]) => ({ from, length: Math.min(length, SIZE - from) }))

describe.each(kinds)('bytes of %s memory', (_, create) => {
  const holding = (bytes: Uint8Array): Memory => {
    const memory = create(SIZE)
    memory.copyIn(0, bytes, 0, bytes.length)
    return memory
  }
  const all = (memory: Memory): Uint8Array => {
    const bytes = new Uint8Array(SIZE)
    memory.copyOut(0, bytes, 0, SIZE)
    return bytes
  }

  it('are read as a DataView reads them, at any address', () => {
    fc.assert(
      fc.property(contents, fc.nat(SIZE - 4), (bytes, from) => {
        const memory = holding(bytes)
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        expect(memory.read8(from)).toBe(view.getUint8(from))
        expect(memory.read16be(from)).toBe(view.getUint16(from))
        expect(memory.read32be(from)).toBe(view.getInt32(from))
      }),
    )
  })

  it('are written as a DataView writes them, at any address, and no others', () => {
    const widths = fc.constantFrom(8, 16, 32)
    const values = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 })
    fc.assert(
      fc.property(contents, widths, fc.nat(SIZE - 4), values, (bytes, bits, to, value) => {
        const memory = holding(bytes)
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        if (bits === 8) memory.write8(to, value)
        else if (bits === 16) memory.write16be(to, value)
        else memory.write32be(to, value)
        if (bits === 8) view.setUint8(to, value)
        else if (bits === 16) view.setUint16(to, value)
        else view.setUint32(to, value)
        expect(all(memory)).toEqual(bytes)
      }),
    )
  })

  it('are in network order, whatever order words are in', () => {
    const memory = create(64)
    memory.write32be(5, 0x01020304)
    expect([5, 6, 7, 8].map((at) => memory.read8(at))).toEqual([1, 2, 3, 4])
    expect([5, 6, 7].map((at) => memory.read16be(at))).toEqual([0x102, 0x203, 0x304])
    memory.write32be(8, 0xffffffff)
    expect(memory.read32be(8)).toBe(-1)
  })

  it('move within the memory as if by way of another one, however they overlap', () => {
    fc.assert(
      fc.property(contents, part, fc.nat(SIZE), (bytes, { from, length }, to) => {
        const moved = Math.min(length, SIZE - to)
        const memory = holding(bytes)
        memory.move(to, from, moved)
        bytes.set(bytes.slice(from, from + moved), to)
        expect(all(memory)).toEqual(bytes)
      }),
    )
  })
})

describe.each(kinds)('the sum over %s memory', (_, create) => {
  const holding = (bytes: Uint8Array, to = 0): Memory => {
    const memory = create(1 << 19)
    memory.copyIn(to, bytes, 0, bytes.length)
    return memory
  }

  it.each([0, 1, 2, 3, 4, 5])('is that of RFC 1071’s example, %i bytes from a word on', (to) => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7)
    expect(holding(bytes, to).sum(to, 8)).toBe(0xddf2)
  })

  it('with its complement in place is all ones: a header that came as it was sent', () => {
    const header = '45000073000040004011b861c0a80001c0a800c7'
    const bytes = Uint8Array.from(header.match(/../g)!, (byte) => Number.parseInt(byte, 16))
    const memory = holding(bytes, 3)
    expect(memory.sum(3, 20)).toBe(0xffff)
    memory.write16be(3 + 10, 0)
    expect(~memory.sum(3, 20) & 0xffff).toBe(0xb861)
  })

  it('is what adding word by word gives, at any address and for any length', () => {
    fc.assert(
      fc.property(contents, part, fc.nat(2 ** 32 - 1), (bytes, { from, length }, initial) => {
        const whole = bytes.subarray(from, from + length)
        expect(holding(bytes).sum(from, length)).toBe(referenceSum(whole))
        expect(holding(bytes).sum(from, length, initial)).toBe(
          referenceSum(whole, carried(initial)),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('goes on from the sum of what came before', () => {
    fc.assert(
      fc.property(contents, part, fc.nat(SIZE), (bytes, { from, length }, cut) => {
        const memory = holding(bytes)
        const first = Math.min(cut, length)
        const before = memory.sum(from, first)
        const after = memory.sum(from + first, length - first)
        // RFC 1071, 2.B: behind an odd number of bytes, the sum has its bytes the other way round.
        const turned = first % 2 === 0 ? after : ((after & 0xff) << 8) | (after >> 8)
        expect(carried(before + turned)).toBe(memory.sum(from, length))
        const even = first & ~1
        const whole = memory.sum(from + even, length - even, memory.sum(from, even))
        expect(whole).toBe(memory.sum(from, length))
      }),
    )
  })

  it('does not lose a carry over more words than 32 bits can count', () => {
    const bytes = new Uint8Array((1 << 19) - 3).fill(0xff)
    expect(holding(bytes, 1).sum(1, bytes.length)).toBe(referenceSum(bytes))
    bytes.fill(0xfe)
    expect(holding(bytes, 3).sum(3, bytes.length)).toBe(referenceSum(bytes))
  })

  it('of nothing is what it began with', () => {
    const memory = create(64)
    expect([memory.sum(7, 0), memory.sum(7, 0, 0x1234), memory.sum(8, 0, 0x12345)]).toEqual([
      0, 0x1234, 0x2346,
    ])
  })
})

function carried(sum: number): number {
  let left = sum
  while (left > 0xffff) left = (left % 0x10000) + Math.floor(left / 0x10000)
  return left
}

describe('the bill for bytes', () => {
  const bill = new Bill()
  const memory = new PricedMemory(256, bill)
  const itemsOf = (what: () => void): string[] => {
    bill.items.length = 0
    what()
    return [...bill.items]
  }

  it('names each line that a field of a header lies on', () => {
    expect(itemsOf(() => memory.read8(63))).toEqual(['read 0'])
    expect(itemsOf(() => memory.read16be(62))).toEqual(['read 0'])
    expect(itemsOf(() => memory.read16be(63))).toEqual(['read 0', 'read 1'])
    expect(itemsOf(() => memory.read32be(125))).toEqual(['read 1', 'read 2'])
    expect(itemsOf(() => memory.write8(64, 1))).toEqual(['write 1'])
    expect(itemsOf(() => memory.write16be(127, 1))).toEqual(['write 1', 'write 2'])
    expect(itemsOf(() => memory.write32be(61, 1))).toEqual(['write 0', 'write 1'])
    expect(itemsOf(() => memory.write32be(60, 1))).toEqual(['write 0'])
  })

  it('is that of one copy for a move, and of the lines on both sides', () => {
    expect(itemsOf(() => memory.move(64, 10, 60))).toEqual(['copy 0 from 0..1', 'copy 60 to 1..1'])
    expect(itemsOf(() => memory.move(64, 10, 0))).toEqual([])
  })

  it('is that of a copy for a sum, which writes nothing', () => {
    expect(itemsOf(() => memory.sum(60, 70))).toEqual(['copy 70 from 0..2'])
    expect(itemsOf(() => memory.sum(60, 0))).toEqual([])
  })
})
