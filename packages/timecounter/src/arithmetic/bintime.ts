import { HALF, multiplyHigh, multiplyLow } from './multiply.ts'

/**
 * FreeBSD's `struct bintime`: seconds and a 64-bit binary fraction, here in two halves. A fraction
 * of 2^-64 s is what lets a clock add its counter's deltas for years without losing anything.
 *
 * All operations are exact: they give the bits that 64-bit arithmetic gives. The object is changed
 * in place, since a clock reads into one that it owns.
 */
export class Bintime {
  constructor(
    /** Whole seconds, below 0 for times before the epoch. */
    public sec = 0,
    /** The fraction's high half: units of 2^-32 s. */
    public high = 0,
    /** The fraction's low half: units of 2^-64 s. */
    public low = 0,
  ) {}

  set(from: Bintime): this {
    this.sec = from.sec
    this.high = from.high
    this.low = from.low
    return this
  }

  add(other: Bintime): this {
    this.sec += other.sec
    return this.addFraction(other.high, other.low)
  }

  subtract(other: Bintime): this {
    this.sec -= other.sec
    const low = this.low - other.low
    const high = this.high - other.high - (low < 0 ? 1 : 0)
    if (high < 0) this.sec--
    this.low = low >>> 0
    this.high = high >>> 0
    return this
  }

  /** Adds less than one second: bintime_addx. */
  addFraction(high: number, low: number): this {
    const lowSum = this.low + low
    const highSum = this.high + high + (lowSum >= HALF ? 1 : 0)
    if (highSum >= HALF) this.sec++
    this.low = lowSum >>> 0
    this.high = highSum >>> 0
    return this
  }

  /**
   * Adds `delta` counts of `scale` · 2^-64 s each, modulo nothing: the whole product of up to
   * 53 and 64 bits. `delta` is a whole number from 0 to 2^53 - 1.
   */
  addScaled(delta: number, scaleHigh: number, scaleLow: number): this {
    const above = delta < HALF ? 0 : Math.floor(delta / HALF)
    if (above > 0) {
      this.sec += multiplyHigh(above, scaleHigh) * HALF + multiplyLow(above, scaleHigh)
      this.sec += multiplyHigh(above, scaleLow)
      this.addFraction(multiplyLow(above, scaleLow), 0)
    }
    const below = above > 0 ? delta - above * HALF : delta
    this.sec += multiplyHigh(below, scaleHigh)
    this.addFraction(multiplyLow(below, scaleHigh), 0)
    return this.addFraction(multiplyHigh(below, scaleLow), multiplyLow(below, scaleLow))
  }

  /** Below, at or after `other`: -1, 0 or 1. */
  compare(other: Bintime): -1 | 0 | 1 {
    return order(this.sec, other.sec) || order(this.high, other.high) || order(this.low, other.low)
  }
}

function order(one: number, other: number): -1 | 0 | 1 {
  return one < other ? -1 : one > other ? 1 : 0
}
