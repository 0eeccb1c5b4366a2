import { counterDelta, type Counter, largestDelta } from '../counters/counter.ts'

/** What a windup makes of a counter's reading. */
export interface Verdict {
  /** Counts to go on by; below 0 when the reading is refused. */
  readonly delta: number
  /** Whole ranges of the counter that went by unseen and are known from the watch. */
  readonly lostWraps: number
}

const REFUSED: Verdict = { delta: -1, lostWraps: 0 }

/**
 * What happened between two readings. Alone, a counter tells its delta modulo its range, so the
 * last sixteenth of that is taken for a counter that went back. With a watch, a second counter that
 * wraps later, the whole range serves: the watch tells how many wraps there were, if its own error
 * is below half a range.
 */
export function judgeDelta(
  counter: Counter,
  count: number,
  before: number,
  watch?: { readonly counter: Counter; readonly count: number; readonly before: number },
): Verdict {
  const delta = counterDelta(counter.mask, count, before)
  if (watch === undefined) {
    return delta <= largestDelta(counter.mask) ? { delta, lostWraps: 0 } : REFUSED
  }
  const passed = counterDelta(watch.counter.mask, watch.count, watch.before)
  if (passed > largestDelta(watch.counter.mask)) return REFUSED
  const expected = (passed / watch.counter.frequency) * counter.frequency
  const range = counter.mask + 1
  const lostWraps = Math.round((expected - delta) / range)
  if (lostWraps < 0) return REFUSED
  return { delta: delta + lostWraps * range, lostWraps }
}
