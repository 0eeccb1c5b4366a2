import { type Counter, hostCounter, hrtimeCounter } from '@smpnet/timecounter'

/** The counters of Node on real threads. JavaScript cannot read the time stamp counter. */
export const LIVE_COUNTERS = ['performance', 'hrtime'] as const

/** The counter of a name; undefined for one that the host has not. */
export function hostCounters(name: string): Counter | undefined {
  if (name === 'hrtime') return hrtimeCounter(process.hrtime)
  return name === 'performance' ? hostCounter(name, performanceNs) : undefined
}

/** The same for all threads, since it counts from 1970. */
function performanceNs(): number {
  return (performance.timeOrigin + performance.now()) * 1e6
}
