import type { Wait } from '@smpnet/memory'

export { SETTLE, SPIN, type Wait, type Waiting } from '@smpnet/memory'

/**
 * The rest of what a generator yields; `SPIN` and `SETTLE` come from memory itself. What they do
 * is decided by who drives the generator: a blocked thread sleeps on its word, an event loop goes
 * on with other work, a CPU switches to its next thread.
 */

/** Until my entry is woken, or I may wait no longer. Resumed with an `Outcome`. */
export const PARK: Wait = 2
/** Someone more urgent became runnable on this CPU: run it first if the policy says so. */
export const PREEMPT: Wait = 3
/** Let the others of my priority run, or of my event loop; a plain thread has none. */
export const YIELD: Wait = 4

/** How a wait ended; the resume value of `PARK`, and the result of parking and of entering. */
export type Outcome = number

/** A waker took this waiter from its queue; of entering: what was waited for is the caller's. */
export const WOKEN: Outcome = 0
/** Nobody did before its timeout. */
export const TIMED_OUT: Outcome = 1
/** It never slept: the word was not what it was said to be. */
export const CHANGED: Outcome = 2
/** Of a barrier: it was the last to arrive, and nobody else of its round is told so. */
export const LED: Outcome = 4
/** Of a mutex: it is the caller's, since who held it has ended inside. */
export const OWNER_DIED: Outcome = 5
/** Its `AbortSignal` was aborted first. */
export const ABORTED: Outcome = 3
