/**
 * What the worlds of this folder need of the model checker that runs them, `@smpnet/interleave`: a
 * model hands its `awaitValue` and `awaitExchange` in, so that this package knows no checker.
 */
export interface Checker {
  /** One step that is made when the word has the value. */
  awaitValue(words: Int32Array, index: number, value: number): void
  /** The same, and the word is `replacement` afterwards; returns `value`. */
  awaitExchange(words: Int32Array, index: number, value: number, replacement: number): number
}
