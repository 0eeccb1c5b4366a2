import { PARK, SETTLE, SPIN, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'
import { expectDriven } from './expect-driven.ts'

/** Turns after which a queue will not be had: some seconds live, which no section takes. */
const MOST_SPINS = 40_000
/** The same by the clock: on a crowded host a turn may take as long as a thousand do elsewhere. */
const MOST_MS = 8_000
/** Turns between two looks at the clock. */
const TURNS_PER_LOOK = 64

/**
 * Drives a generator that never parks to its end: an exit, a notification. It may spin for the few
 * instructions in which another thread holds a queue, and so may be called where `block` may not,
 * as on a browser's main thread.
 *
 * Throws what the generator throws, `HeldTooLong` when a queue is not let go in `most` turns or
 * `mostMs`, since its holder has ended and is not buried, and an Error if the generator parks or is
 * to settle. The
 * second happens in simulated time only, when the caller has run ahead of other CPUs: that time
 * cannot catch up while plain code runs, and to go on trying would take for ever.
 */
export function finish<T>(
  td: Waiter,
  waiting: Waiting<T>,
  most = MOST_SPINS,
  mostMs = MOST_MS,
): T {
  expectDriven(td, waiting, 'finish')
  let step = waiting.next(WOKEN)
  let spins = 0
  let begunMs = 0
  while (!step.done) {
    if (step.value === PARK) throw new Error('what never parks was to be finished: it parks')
    if (step.value === SETTLE) throw new Error(RUN_AHEAD)
    if (step.value === SPIN) {
      if (spins === 0) begunMs = td.now()
      const isLate = spins % TURNS_PER_LOOK === TURNS_PER_LOOK - 1 && td.now() - begunMs > mostMs
      if (spins === most || isLate) throw td.lot.heldTooLong('what plain code finishes')
      td.lot.memory.pause(spins++)
    }
    step = waiting.next(WOKEN)
  }
  return step.value
}

const RUN_AHEAD =
  'plain code finishes a generator while simulated time has caught up: this CPU has run ahead ' +
  'of the others, so the thread is to settle before, or to wait by `yield*`'
