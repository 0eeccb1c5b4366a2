import { CHANGED, type Outcome, TIMED_OUT, type Waiting } from '../wait.ts'
import { WAITER, type Waiter } from '../waiter.ts'

/**
 * Sleeps for `ms`, or until `td` may wait no longer: for who polls what cannot wake it. It parks on
 * a key that is its own, so that nothing else ends it, and counts its time by whole naps.
 */
export function* nap(td: Waiter, ms: number): Waiting<Outcome> {
  const { timeoutMs } = td
  const constant = td.at + WAITER.offset.cpu
  td.timeoutMs = ms
  const outcome = yield* td.lot.park(td, td.at, constant, td.lot.memory.load(constant))
  td.timeoutMs = timeoutMs
  return outcome === CHANGED ? TIMED_OUT : outcome
}
