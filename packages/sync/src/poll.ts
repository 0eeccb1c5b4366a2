import { nap } from './nap.ts'
import { type Outcome, SETTLE, SPIN, TIMED_OUT, type Waiting, WOKEN } from './wait.ts'
import type { Waiter } from './waiter.ts'

const NAP_MS = 1

/**
 * Waits for what cannot wake anybody, since who brings it about writes a word and tells nobody:
 * looks `looks` times in a row, and then once in a millisecond. `WOKEN` when `isOver`, or why it
 * was given up. It looks settled, and counts its time by whole naps.
 */
export function* poll(td: Waiter, isOver: () => boolean, looks = td.polls): Waiting<Outcome> {
  const { memory } = td.lot
  let leftMs = td.timeoutMs
  for (let left = looks; ; left--) {
    while (!memory.settled()) yield SETTLE
    if (isOver()) return WOKEN
    if (left > 0) {
      yield SPIN
      continue
    }
    const outcome = yield* nap(td, Math.min(leftMs, NAP_MS))
    if (outcome !== TIMED_OUT) return outcome
    leftMs -= NAP_MS
    if (leftMs <= 0) return TIMED_OUT
  }
}

/** For what takes a few instructions: looks only, unless the wait of `td` may be ended. */
export function looksOf(td: Waiter): number {
  const isLimited = td.timeoutMs !== Number.POSITIVE_INFINITY || td.signal !== undefined
  return isLimited ? td.polls : Number.POSITIVE_INFINITY
}
