import { came } from '@smpnet/memory'
import { BadCounter } from '../errors.ts'

/**
 * A hardware counter, or anything that counts up at a constant rate and wraps: FreeBSD's
 * `struct timecounter`. It is a value; what it costs to read is what its `read` bills.
 */
export interface Counter {
  readonly name: string
  /** The largest value: 2^bits - 1, for 2 to 53 bits. After it comes 0. */
  readonly mask: number
  /** Counts per second, a whole number of Hz. */
  readonly frequency: number
  /** The best is chosen. Below 0: only when asked for by name. */
  readonly quality: number
  /** The count now, from 0 to `mask`. Never waits. */
  read(): number
}

export const LEAST_FREQUENCY = 1_000
export const MOST_FREQUENCY = 1e12

/** `mask` of a counter of that many bits. */
export function maskOf(bits: number): number {
  return 2 ** bits - 1
}

/** Throws BadCounter, naming the figure, for a counter that no clock can be built on. */
export function checkCounter(counter: Counter): void {
  if (typeof counter !== 'object' || counter === null) {
    throw new BadCounter(`a counter is an object, as of hrtimeCounter: ${came(counter)} came`)
  }
  const { name, mask, frequency, quality } = counter
  if (typeof name !== 'string' || !/^[A-Za-z][\w.-]*$/.test(name)) {
    throw new BadCounter(`counter name: expected a word such as HPET, came ${came(name)}`)
  }
  const bits = typeof mask === 'number' ? Math.log2(mask + 1) : Number.NaN
  if (!Number.isInteger(bits) || bits < 2 || bits > 53) {
    throw new BadCounter(`${name} mask: expected 2^n - 1 for n from 2 to 53, came ${came(mask)}`)
  }
  const inRange =
    typeof frequency === 'number' && frequency >= LEAST_FREQUENCY && frequency <= MOST_FREQUENCY
  if (!Number.isInteger(frequency) || !inRange) {
    const range = `${LEAST_FREQUENCY} to ${MOST_FREQUENCY} Hz`
    throw new BadCounter(
      `${name} frequency: expected a whole number, ${range}, came ${came(frequency)}`,
    )
  }
  if (!Number.isInteger(quality)) {
    throw new BadCounter(`${name} quality: expected a whole number, came ${came(quality)}`)
  }
  if (typeof counter.read !== 'function') {
    throw new BadCounter(`${name} read: expected a function, came ${came(counter.read)}`)
  }
}

/** How far a counter has come from `before` to `now`, if it has wrapped at most once. */
export function counterDelta(mask: number, now: number, before: number): number {
  if (mask <= 0xffffffff) return ((now - before) & mask) >>> 0
  return now >= before ? now - before : now - before + mask + 1
}

/**
 * The largest delta that is believed, 15/16 of the counter's range. A counter that goes back by a
 * little looks like one that went forward by almost a whole range, and one of the two must be
 * given up: the last sixteenth is. A windup that comes so late is refused, and counted.
 */
export function largestDelta(mask: number): number {
  return mask - Math.floor(mask / 16)
}

/** Ticks per second that a clock on this counter needs: FreeBSD's tc_init, with its 10 % margin. */
export function leastHz(counter: Counter): number {
  return Math.floor((Math.floor(counter.frequency / counter.mask) * 11) / 10)
}
