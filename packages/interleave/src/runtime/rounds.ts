import type { Steps } from './steps.ts'

/** Stands for the next value of a loop, which takes steps to find out. */
export class Round {
  constructor(readonly steps: Steps) {}

  next(): Generator<unknown, IteratorResult<unknown, unknown>, unknown> {
    return this.steps.drive('next', undefined)
  }
}

/**
 * What a `for … of` loop over a compiled generator natively loops over: the same round again and
 * again. The compiled loop asks the round for a value and leaves when there is none.
 */
export class Rounds {
  readonly #round: Round

  constructor(steps: Steps) {
    this.#round = new Round(steps)
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Round, void> {
    return { done: false, value: this.#round }
  }

  /** The loop is left early: so is the generator, whose `finally` may not take steps then. */
  return(): IteratorResult<Round, void> {
    this.#round.steps.return()
    return { done: true, value: undefined }
  }
}
