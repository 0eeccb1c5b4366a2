/** 2^32: what the high half of a 64-bit fraction counts. */
export const HALF = 4_294_967_296

/**
 * The high 32 bits of the product of two 32-bit numbers, exactly, without BigInt.
 *
 * The product as a number is off by at most 2^10, and so is the difference to its low half, which
 * `Math.imul` gives exactly. Divided by 2^32, the sum of both errors is below 2^-20, and what is
 * left to round is a whole number.
 */
export function multiplyHigh(a: number, b: number): number {
  return Math.round((a * b - (Math.imul(a, b) >>> 0)) / HALF)
}

/** The low 32 bits of the product of two 32-bit numbers. */
export function multiplyLow(a: number, b: number): number {
  return Math.imul(a, b) >>> 0
}
