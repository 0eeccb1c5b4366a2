/**
 * What the lives of one run share beside the locks under test, as words of a SharedArrayBuffer.
 *
 * `LEFT` and `RIGHT` are equal whenever nobody is inside; `SUM` counts what survivors added under
 * the lock, by a plain load and store, so that an exclusion which does not exclude loses some.
 * Each life has a line of its own: the steps that it has made, what it has added, and whether it is
 * to stop.
 */
export const LEFT = 0
export const RIGHT = 1
export const SUM = 2
/** How often somebody inside saw that another was, too. */
export const VIOLATIONS = 3
/** Errors that no step should end with; the first says so on stderr. */
export const STRANGE = 4
const LIVES = 16
const LINE = 16

export const STEPS = 0
export const ADDED = 1
export const STOP = 2

export function makeWords(lives) {
  return new Int32Array(new SharedArrayBuffer(4 * (LIVES + lives * LINE)))
}

/** The index of a life's word. */
export function of(life, word) {
  return LIVES + life * LINE + word
}
