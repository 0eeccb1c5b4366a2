import { PARK, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../waiter.ts'

/**
 * Drives a generator that never parks to its end: an exit, a notification. It may spin for the few
 * instructions in which another thread holds a queue, and so may be called where `block` may not,
 * as on a browser's main thread. Throws what the generator throws, and an Error if it parks.
 */
export function finish<T>(td: Waiter, waiting: Waiting<T>): T {
  let step = waiting.next(WOKEN)
  for (let spins = 0; !step.done; spins++) {
    if (step.value === PARK) throw new Error('what never parks was to be finished: it parks')
    td.lot.memory.pause(spins)
    step = waiting.next(WOKEN)
  }
  return step.value
}
