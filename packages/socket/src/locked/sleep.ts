import { ABORTED, CHANGED, type Until, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import type { Sleepers } from '../sleepers.ts'

/**
 * Sleeps until a waker comes: true if one has, and the caller is to look again; false if the time
 * is over. Throws the reason of the signal.
 */
export function* sleep(
  td: Waiter,
  sleepers: Sleepers,
  word: number,
  until: Until,
): Waiting<boolean> {
  const outcome = yield* sleepers.park(td, word, until)
  if (outcome === ABORTED) until.signal?.throwIfAborted()
  return outcome === WOKEN || outcome === CHANGED
}
