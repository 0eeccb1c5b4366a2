import type { Wait } from '@smpnet/memory'

export { SETTLE, SPIN, type Wait, type Waiting } from '@smpnet/memory'

/**
 * The rest of what a generator yields; `SPIN` and `SETTLE` come from memory itself. What they do is
 * decided by the driver of the generator: a blocked thread sleeps on its word, an event loop goes
 * on with other work, a CPU switches to its next thread.
 */

/** Until my entry is woken, or my limit has come. Resumed with an `Outcome`. */
export const PARK: Wait = 2
/** A more urgent thread became runnable on this CPU: run it first if the policy says so. */
export const PREEMPT: Wait = 3
/** Let the others of my priority run, or of my event loop; a plain thread has none. */
export const YIELD: Wait = 4

/** How a wait ended; the resume value of `PARK`, and the result of parking and of entering. */
export type Outcome = number

/** A waker took this waiter from its queue; of entering: what was waited for is the caller's. */
export const WOKEN: Outcome = 0
/** Its deadline came first. */
export const TIMED_OUT: Outcome = 1
/** It never slept, since the word was not what it was said to be, or its waker has ended: look. */
export const CHANGED: Outcome = 2
/** Of a barrier: it was the last to arrive; all others of its round are told `WOKEN`. */
export const LED: Outcome = 4
/** Of a mutex: it is the caller's, since its holder has ended inside. */
export const OWNER_DIED: Outcome = 5
/** Its `AbortSignal` was aborted first. */
export const ABORTED: Outcome = 3
