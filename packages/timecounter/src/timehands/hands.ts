import { HALF } from '../arithmetic/multiply.ts'
import type { Bintime } from '../arithmetic/bintime.ts'

/**
 * The words of a timehands record, FreeBSD's `struct timehands`. What readers need stands first,
 * since they copy the first line only; the rest is for writers. One function writes each; all are
 * (x), in a GenerationRing.
 */
export const HANDS = {
  /** Which counter: its place in the order of registration. */
  counter: 0,
  /** What the counter showed at the windup: high and low half. */
  offsetCount: 1,
  /** Length of a count in 2^-64 s: high and low half. */
  scale: 3,
  /** The time of the windup since the start: seconds, and its fraction's high and low half. */
  offset: 5,
  /** What uptime is added to for UTC: seconds in two halves, and the fraction's two. */
  boottime: 8,
  /** All counts since the start, the counter's wraps included: the feed-forward clock's counter. */
  ffcount: 12,
  /** Windups since the start, for statistics. */
  windups: 14,
  /** What the watch, a second counter, showed at the windup: high and low half. */
  watchCount: 15,
  /** The longest time between two publications, in ns: high and low half. */
  longestNs: 17,
  /** The second of UTC that was last handled: high and low half. */
  second: 19,
  /** The rest is the discipline's: see ntp.ts. */
  discipline: 21,
} as const

/** Words that a reader copies: they and the slot's version are one cache line. */
export const READER_WORDS = 15
/** All of them. */
export const HANDS_WORDS = 36

/** A whole number of up to 54 bits with its sign, from two words. */
export function wide(words: Int32Array, at: number): number {
  return words[at]! * HALF + (words[at + 1]! >>> 0)
}

export function setWide(words: Int32Array, at: number, value: number): void {
  const high = Math.floor(value / HALF)
  words[at] = high
  words[at + 1] = value - high * HALF
}

/** The uptime of a record. */
export function offsetOf(words: Int32Array, to: Bintime): Bintime {
  to.sec = words[HANDS.offset]!
  to.high = words[HANDS.offset + 1]! >>> 0
  to.low = words[HANDS.offset + 2]! >>> 0
  return to
}

export function setOffset(words: Int32Array, from: Bintime): void {
  words[HANDS.offset] = from.sec
  words[HANDS.offset + 1] = from.high
  words[HANDS.offset + 2] = from.low
}

export function boottimeOf(words: Int32Array, to: Bintime): Bintime {
  to.sec = wide(words, HANDS.boottime)
  to.high = words[HANDS.boottime + 2]! >>> 0
  to.low = words[HANDS.boottime + 3]! >>> 0
  return to
}

export function setBoottime(words: Int32Array, from: Bintime): void {
  setWide(words, HANDS.boottime, from.sec)
  words[HANDS.boottime + 2] = from.high
  words[HANDS.boottime + 3] = from.low
}
