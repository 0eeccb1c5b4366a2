/** Numbers that look random, the same ones for the same seed: Marsaglia's xorshift. */
export class Chance {
  #state: number

  constructor(readonly seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1
  }

  /** A whole number from 0 to `below - 1`. */
  below(below: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % below
  }
}
