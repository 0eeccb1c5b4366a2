import { FOREVER, isLimited, type Until } from '../until.ts'
import { type Outcome, SETTLE, SPIN, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'
import { nap } from './nap.ts'

const NAP_MS = 1

/**
 * Waits for what cannot wake a waiter, since the code that brings it about only writes a word:
 * looks `looks` times in a row, and then once in a millisecond. `WOKEN` when `isOver`, or why the
 * wait was given up. It looks settled.
 */
export function poll(
  td: Waiter,
  isOver: () => boolean,
  until: Until = FOREVER,
  looks = td.polls,
): Waiting<Outcome> {
  return pollAll(td, 1, isOver, until, looks)
}

/** The same until `isOver` of 0, and then of each number up to `count`, was seen to be true. */
export function* pollAll(
  td: Waiter,
  count: number,
  isOver: (which: number) => boolean,
  until: Until = FOREVER,
  looks = td.polls,
): Waiting<Outcome> {
  const { memory } = td.lot
  for (let which = 0, left = looks; which < count; ) {
    while (!memory.settled()) yield SETTLE
    if (isOver(which)) {
      which++
      left = looks
    } else if (left > 0) {
      left--
      yield SPIN
    } else {
      const outcome = yield* nap(td, NAP_MS, until)
      if (outcome !== WOKEN) return outcome
    }
  }
  return WOKEN
}

/** For what takes a few instructions: looks only, unless the wait may be given up. */
export function looksOf(td: Waiter, until: Until): number {
  return isLimited(until) ? td.polls : Number.POSITIVE_INFINITY
}
