import { Bintime } from '../../src/arithmetic/bintime.ts'
import { fc } from './fast-check.ts'

/** All 32-bit numbers, with those at the edges more often. */
export const uint32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
)

export const bintimes = fc
  .tuple(fc.integer(), uint32, uint32)
  .map(([sec, high, low]) => new Bintime(sec, high, low))

/** A bintime as a whole number of 2^-64 s. */
export function bigOf({ sec, high, low }: Bintime): bigint {
  return (BigInt(sec) << 64n) + (BigInt(high) << 32n) + BigInt(low)
}
