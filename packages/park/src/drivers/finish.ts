import { PARK, SETTLE, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'

/** Turns after which a queue will not be had: some seconds live, which no section takes. */
const MOST_SPINS = 40_000

/**
 * Drives a generator that never parks to its end: an exit, a notification. It may spin for the few
 * instructions in which another thread holds a queue, and so may be called where `block` may not,
 * as on a browser's main thread.
 *
 * Throws what the generator throws, `HeldTooLong` when a queue is not let go in `most` turns, since
 * its holder has ended and is not buried, and an Error if the generator parks or is to settle. The
 * second happens in simulated time only, when the caller has run ahead of other CPUs: that time
 * cannot catch up while plain code runs, and to go on trying would take for ever.
 */
export function finish<T>(td: Waiter, waiting: Waiting<T>, most = MOST_SPINS): T {
  let step = waiting.next(WOKEN)
  for (let spins = 0; !step.done; spins++) {
    if (step.value === PARK) throw new Error('what never parks was to be finished: it parks')
    if (step.value === SETTLE) throw new Error(RUN_AHEAD)
    if (spins === most) throw td.lot.heldTooLong('what plain code finishes')
    td.lot.memory.pause(spins)
    step = waiting.next(WOKEN)
  }
  return step.value
}

const RUN_AHEAD =
  'plain code finishes a generator while simulated time has caught up: this CPU has run ahead ' +
  'of the others, so the thread is to settle before, or to wait by `yield*`'
