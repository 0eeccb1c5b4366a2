import { fc } from './support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { Bintime } from '../src/arithmetic/bintime.ts'
import { multiplyHigh, multiplyLow } from '../src/arithmetic/multiply.ts'
import {
  bintimeToBigInt,
  bintimeToNs,
  bintimeToTimespec,
  bintimeToTimeval,
  nsToBintime,
  timespecToBintime,
  timevalToBintime,
} from '../src/arithmetic/timespec.ts'
import { BadTime } from '../src/errors.ts'
import { bigOf, bintimes, uint32 } from './support/arbitraries.ts'

const ONE = 1n << 64n
const nsecs = fc.oneof(
  fc.integer({ min: 0, max: 999_999_999 }),
  fc.constantFrom(0, 1, 2, 499_999_999, 500_000_000, 999_999_998, 999_999_999),
)

describe('products of 32-bit numbers', () => {
  it('have the high and the low half that BigInt gives', () => {
    fc.assert(
      fc.property(uint32, uint32, (a, b) => {
        const product = BigInt(a) * BigInt(b)
        expect(multiplyHigh(a, b)).toBe(Number(product >> 32n))
        expect(multiplyLow(a, b)).toBe(Number(product & 0xffffffffn))
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('bintime arithmetic', () => {
  it('adds and subtracts to the last bit', () => {
    fc.assert(
      fc.property(bintimes, bintimes, (a, b) => {
        expect(bigOf(new Bintime().set(a).add(b))).toBe(bigOf(a) + bigOf(b))
        expect(bigOf(new Bintime().set(a).subtract(b))).toBe(bigOf(a) - bigOf(b))
      }),
      { numRuns: 5_000 },
    )
  })

  it('adds a delta times a scale to the last bit, for counters of up to 53 bits', () => {
    const deltas = fc.oneof(uint32, fc.maxSafeNat(), fc.constantFrom(0, 1, 2 ** 53 - 1))
    fc.assert(
      fc.property(bintimes, deltas, uint32, uint32, (start, delta, high, low) => {
        const scale = (BigInt(high) << 32n) | BigInt(low)
        const seconds = (BigInt(delta) * scale) >> 64n
        fc.pre(seconds < 1n << 50n)
        const sum = new Bintime().set(start).addScaled(delta, high, low)
        expect(bigOf(sum)).toBe(bigOf(start) + BigInt(delta) * scale)
      }),
      { numRuns: 20_000 },
    )
  })

  it('orders times as their values are ordered', () => {
    fc.assert(
      fc.property(bintimes, bintimes, (a, b) => {
        const expected = bigOf(a) < bigOf(b) ? -1 : bigOf(a) > bigOf(b) ? 1 : 0
        expect(a.compare(b)).toBe(expected)
      }),
    )
  })
})

describe('conversions', () => {
  it('from binary to decimal round down', () => {
    fc.assert(
      fc.property(bintimes, (time) => {
        const fraction = bigOf(time) - (BigInt(time.sec) << 64n)
        const { nsec, sec } = bintimeToTimespec(time, { sec: 0, nsec: 0 })
        expect([sec, BigInt(nsec)]).toEqual([time.sec, (fraction * 1_000_000_000n) >> 64n])
        const { usec } = bintimeToTimeval(time, { sec: 0, usec: 0 })
        expect(BigInt(usec)).toBe((fraction * 1_000_000n) >> 64n)
      }),
      { numRuns: 20_000 },
    )
  })

  it('from decimal to binary round up, so that a time comes back as it was', () => {
    fc.assert(
      fc.property(fc.integer(), nsecs, (sec, nsec) => {
        const time = timespecToBintime({ sec, nsec }, new Bintime())
        const exact = (BigInt(nsec) * ONE + 999_999_999n) / 1_000_000_000n
        expect(bigOf(time) - (BigInt(sec) << 64n)).toBe(exact)
        expect(bintimeToTimespec(time, { sec: 0, nsec: 0 })).toEqual({ sec, nsec })
        const usec = Math.floor(nsec / 1000)
        const other = timevalToBintime({ sec, usec }, new Bintime())
        expect(bintimeToTimeval(other, { sec: 0, usec: 0 })).toEqual({ sec, usec })
      }),
      { numRuns: 20_000 },
    )
  })

  it('of whole nanoseconds are exact, below 0 too', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (ns) => {
        const time = nsToBintime(ns, new Bintime())
        expect(bintimeToNs(time)).toBe(ns)
        expect(bintimeToBigInt(time)).toBe(BigInt(ns))
      }),
    )
  })

  it('refuse what is no time, by name', () => {
    const to = new Bintime()
    expect(() => timespecToBintime({ sec: 0, nsec: 1e9 }, to)).toThrow(BadTime)
    expect(() => timespecToBintime({ sec: 0, nsec: 1.5 }, to)).toThrow('came 1.5')
    expect(() => timevalToBintime({ sec: 0, usec: -1 }, to)).toThrow('usec: expected')
    expect(() => nsToBintime(0.5, to)).toThrow(BadTime)
    expect(() => nsToBintime(Number.NaN, to)).toThrow(BadTime)
  })
})
