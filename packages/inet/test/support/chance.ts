/** Chance with a seed, which a failing test prints: xorshift32. */
export class Chance {
  #state: number

  constructor(readonly seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b9) | 1
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % end
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!
  }
}
