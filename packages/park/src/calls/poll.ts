import { nap } from './nap.ts'
import { type Outcome, SETTLE, SPIN, TIMED_OUT, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../waiter.ts'

const NAP_MS = 1

/**
 * Waits for what cannot wake anybody, since who brings it about writes a word and tells nobody:
 * looks `looks` times in a row, and then once in a millisecond. `WOKEN` when `isOver`, or why it
 * was given up. It looks settled, and counts its time by whole naps.
 */
export function poll(td: Waiter, isOver: () => boolean, looks = td.polls): Waiting<Outcome> {
  return pollAll(td, 1, isOver, looks)
}

/** The same until `isOver` of 0, and then of each number up to `count`, was seen to be true. */
export function* pollAll(
  td: Waiter,
  count: number,
  isOver: (which: number) => boolean,
  looks = td.polls,
): Waiting<Outcome> {
  const { memory } = td.lot
  let leftMs = td.timeoutMs
  for (let which = 0, left = looks; which < count; ) {
    while (!memory.settled()) yield SETTLE
    if (isOver(which)) {
      which++
      left = looks
    } else if (left > 0) {
      left--
      yield SPIN
    } else {
      const outcome = yield* nap(td, Math.min(leftMs, NAP_MS))
      if (outcome !== TIMED_OUT) return outcome
      leftMs -= NAP_MS
      if (leftMs <= 0) return TIMED_OUT
    }
  }
  return WOKEN
}

/** For what takes a few instructions: looks only, unless the wait of `td` may be ended. */
export function looksOf(td: Waiter): number {
  const isLimited = td.timeoutMs !== Number.POSITIVE_INFINITY || td.signal !== undefined
  return isLimited ? td.polls : Number.POSITIVE_INFINITY
}
