/**
 * The machine's source of chance: xoshiro128** of Blackman and Vigna, filled by splitmix32. Only
 * 32-bit integer arithmetic, so that a seed gives the same numbers on every host.
 */
export class SimRandom {
  readonly #state = new Uint32Array(4)

  /** Throws a RangeError unless `seed` is a whole number from 0 to 2^32 - 1. */
  constructor(seed: number) {
    checkSeed(seed)
    for (let i = 0; i < 4; i++) this.#state[i] = splitmix32(seed, i + 1)
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    const s = this.#state
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0
    const shifted = s[1]! << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= shifted
    s[3] = rotate(s[3]!, 11)
    return result
  }

  /** A whole number from 0 to `end` - 1; `end` is at least 1 and at most 2^32. */
  below(end: number): number {
    return Math.floor((this.next() / 2 ** 32) * end)
  }
}

/** Throws a RangeError unless `seed` can be one. */
export function checkSeed(seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return
  throw new RangeError(`a seed is a whole number from 0 to ${2 ** 32 - 1}: ${seed} came`)
}

function splitmix32(seed: number, index: number): number {
  let z = (seed + Math.imul(index, 0x9e3779b9)) >>> 0
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

function rotate(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0
}
