import { came } from '@smpnet/memory'
import { BadTime } from '../errors.ts'
import type { Bintime } from './bintime.ts'
import { HALF, multiplyHigh, multiplyLow } from './multiply.ts'

/** Seconds and nanoseconds: `struct timespec`. */
export interface Timespec {
  sec: number
  /** 0 to 999,999,999. */
  nsec: number
}

/** Seconds and microseconds: `struct timeval`. */
export interface Timeval {
  sec: number
  /** 0 to 999,999. */
  usec: number
}

const NS_PER_S = 1_000_000_000
const US_PER_S = 1_000_000

/**
 * Decimal and binary fractions. To decimal rounds down, to binary rounds up, so that a time comes
 * back as it was: FreeBSD's rule for sbttons and nstosbt. (Its timespec2bintime rounds down in both
 * directions, and comes back one nanosecond short; we follow the rule.) All but
 * `bintimeToBigInt` is done in 32-bit halves that doubles hold exactly, since a BigInt would be an
 * object for each reading of a clock.
 */
export function bintimeToTimespec(from: Bintime, to: Timespec): Timespec {
  to.sec = from.sec
  to.nsec = unitsOf(from, NS_PER_S)
  return to
}

export function bintimeToTimeval(from: Bintime, to: Timeval): Timeval {
  to.sec = from.sec
  to.usec = unitsOf(from, US_PER_S)
  return to
}

/** Throws BadTime unless `nsec` is a whole number from 0 to 999,999,999. */
export function timespecToBintime(from: Timespec, to: Bintime): Bintime {
  return toBintime(to, from.sec, checkUnits('nsec', from.nsec, NS_PER_S), NS_PER_S)
}

/** Throws BadTime unless `usec` is a whole number from 0 to 999,999. */
export function timevalToBintime(from: Timeval, to: Bintime): Bintime {
  return toBintime(to, from.sec, checkUnits('usec', from.usec, US_PER_S), US_PER_S)
}

/** A whole number of nanoseconds, also below 0, as a bintime. Throws BadTime for a fraction. */
export function nsToBintime(ns: number, to: Bintime): Bintime {
  if (!Number.isSafeInteger(ns)) {
    throw new BadTime(`ns: expected a whole number below 2^53, came ${came(ns)}`)
  }
  const sec = Math.floor(ns / NS_PER_S)
  return toBintime(to, sec, ns - sec * NS_PER_S, NS_PER_S)
}

/** All nanoseconds of a bintime, rounded down: exact below 2^53 ns, which is 104 days. */
export function bintimeToNs(from: Bintime): number {
  return from.sec * NS_PER_S + unitsOf(from, NS_PER_S)
}

/** All nanoseconds of a bintime as a BigInt: for times since 1970, which are above 2^53. */
export function bintimeToBigInt(from: Bintime): bigint {
  return BigInt(from.sec) * BigInt(NS_PER_S) + BigInt(unitsOf(from, NS_PER_S))
}

/**
 * floor(fraction · units / 2^64). The low half of the fraction only matters by the carry of its
 * product into the high half's, which FreeBSD's version leaves out.
 */
function unitsOf({ high, low }: Bintime, units: number): number {
  const carry = multiplyHigh(low, units)
  return multiplyHigh(high, units) + (multiplyLow(high, units) + carry >= HALF ? 1 : 0)
}

/** ceil(count · 2^64 / units), by two steps of long division with 32-bit digits. */
function toBintime(to: Bintime, sec: number, count: number, units: number): Bintime {
  const first = digit(count, units)
  const second = digit(first.rest, units)
  to.sec = sec
  to.high = first.quotient
  to.low = second.quotient
  return second.rest === 0 ? to : to.addFraction(0, 1)
}

/**
 * The next 32-bit digit of count / units, and what is left. The quotient as a number may be one
 * off; what is left tells, since it is small and its low 32 bits are exact.
 */
function digit(count: number, units: number): { quotient: number; rest: number } {
  const quotient = Math.floor((count * HALF) / units)
  const rest = -Math.imul(quotient, units) >>> 0
  if (rest > HALF - units) return { quotient: quotient - 1, rest: (rest + units) >>> 0 }
  if (rest >= units) return { quotient: quotient + 1, rest: rest - units }
  return { quotient, rest }
}

function checkUnits(name: string, value: number, units: number): number {
  if (Number.isInteger(value) && value >= 0 && value < units) return value
  throw new BadTime(`${name}: expected a whole number from 0 to ${units - 1}, came ${came(value)}`)
}
