import { hrtimeCounter, performanceCounter } from '@smpnet/timecounter'

/** The counter of what runs this: Node, or a page and its workers, which count from one origin. */
export function hereCounter(timeOrigin = performance.timeOrigin) {
  const { hrtime } = process
  return hrtime ? hrtimeCounter(hrtime) : performanceCounter(performance, timeOrigin)
}
