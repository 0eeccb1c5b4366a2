import { PARK, SETTLE, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'
import { expectDriven } from './expect-driven.ts'

/**
 * Drives a generator that never parks to its end: an exit, a notification. It may spin for the few
 * instructions in which another thread holds a queue, and so may be called where `block` may not,
 * as on a browser's main thread.
 *
 * Throws what the generator throws, and an Error if the generator parks or is to settle. The second
 * happens in simulated time only, when the caller has run ahead of other CPUs: that time cannot
 * catch up while plain code runs, and to go on trying would take for ever.
 */
export function finish<T>(td: Waiter, waiting: Waiting<T>): T {
  expectDriven(td, waiting, 'finish')
  let step = waiting.next(WOKEN)
  for (let spins = 0; !step.done; spins++) {
    if (step.value === PARK) throw new Error('what never parks was to be finished: it parks')
    if (step.value === SETTLE) throw new Error(RUN_AHEAD)
    td.lot.memory.pause(spins)
    step = waiting.next(WOKEN)
  }
  return step.value
}

const RUN_AHEAD =
  'plain code finishes a generator while simulated time has caught up: this CPU has run ahead ' +
  'of the others, so the thread is to settle before, or to wait by `yield*`'
