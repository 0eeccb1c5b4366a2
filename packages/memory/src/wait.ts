/**
 * What a generator yields when it cannot go on, as far as memory itself can be the reason. Code
 * that waits is a generator, and its driver decides what each of these means; the layers
 * above add their own (`@smpnet/park` adds `PARK` and `PREEMPT`). They are numbers, not objects:
 * nothing is allocated to wait.
 */
export type Wait = number

/** Another CPU is in a section of a few instructions: try again soon. */
export const SPIN: Wait = 0
/** This CPU has run ahead of another: try again when simulated time has caught up. */
export const SETTLE: Wait = 1

/** Code that may wait, and what it ends with. What resumes it says how the wait ended. */
export type Waiting<T = void> = Generator<Wait, T, number>
