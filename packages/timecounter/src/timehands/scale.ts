import { HANDS } from './hands.ts'

/** Units of an adjustment per ns/s: 2^24, so that it is a whole number and finer than 1e-16. */
export const ADJUSTMENT_UNITS = 2 ** 24

/**
 * Sets the length of a count: 2^64 · (1 + adjustment) / frequency, rounded down. `adjustment` is in
 * 2^-24 ns per second. BigInt, since it happens once a second at most.
 */
export function setScale(words: Int32Array, frequency: number, adjustment: number): void {
  const unit = 1_000_000_000n * BigInt(ADJUSTMENT_UNITS)
  const scale = ((unit + BigInt(adjustment)) << 64n) / (unit * BigInt(frequency))
  words[HANDS.scale] = Number(scale >> 32n)
  words[HANDS.scale + 1] = Number(scale & 0xffffffffn)
}
