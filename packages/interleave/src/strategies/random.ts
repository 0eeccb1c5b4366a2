/** Random numbers from a seed: xorshift32, which is small, fast and good enough to pick threads. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    // Zero is the one state that xorshift never leaves.
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1
  }

  /** A whole number of [0, bound). */
  below(bound: number): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x >>> 0
    return this.#state % bound
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }
}
