import { ABORTED, type Outcome, TIMED_OUT, type Waiting, WOKEN } from '../wait.ts'
import { WAITER } from '../entry.ts'
import { FOREVER, type Until } from '../until.ts'
import type { Waiter } from '../lot/waiter.ts'

/**
 * Sleeps for `ms`, for a waiter that polls what cannot wake it: `WOKEN` when it has slept so long,
 * or why the wait is to be given up, by its limit. The waiter parks on a key that is its own, so
 * that nothing else ends it.
 */
export function* nap(td: Waiter, ms: number, until: Until = FOREVER): Waiting<Outcome> {
  const { deadlineMs, signal } = until
  const endMs = td.now() + ms
  const isLast = deadlineMs <= endMs
  const constant = td.at + WAITER.offset.taken
  const value = td.lot.memory.load(constant)
  const limit = isLast ? until : { deadlineMs: endMs, signal }
  const outcome = yield* td.lot.park(td, td.at, constant, value, limit)
  const isNap = outcome !== TIMED_OUT || !isLast
  return isNap && outcome !== ABORTED ? WOKEN : outcome
}
