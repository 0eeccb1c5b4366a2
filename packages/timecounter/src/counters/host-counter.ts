import { type Counter, maskOf } from './counter.ts'

/** Nanoseconds, in as many bits as a number counts without gaps: it wraps after 104 days. */
const NANOSECONDS = { mask: maskOf(53), frequency: 1_000_000_000 } as const
const WRAP_NS = 2 ** 53

/** Seconds and nanoseconds since some moment, the same for all threads: `process.hrtime`. */
export type HrTime = () => [seconds: number, nanoseconds: number]

/**
 * Node's monotonic clock as a counter. Pass `process.hrtime`; it reads CLOCK_MONOTONIC, which all
 * threads share, and in this form it costs less than `process.hrtime.bigint` and a conversion.
 */
export function hrtimeCounter(hrtime: HrTime): Counter {
  return {
    name: 'hrtime',
    quality: 1000,
    ...NANOSECONDS,
    read: () => {
      // By index: to take a pair apart by pattern goes through its iterator, 3 ns here.
      const pair = hrtime()
      const ns = pair[0] * 1e9 + pair[1]
      return ns < WRAP_NS ? ns : ns % WRAP_NS
    },
  }
}

/** What `performance` is, in browsers and in Node. */
export interface PerformanceLike {
  /** Milliseconds since this thread's own `timeOrigin`. */
  now(): number
  readonly timeOrigin: number
}

/**
 * The clock of a page or of a browser's worker as a counter. Threads have origins of their own, so
 * this counts from the origin of the thread that made the first one, whose `timeOrigin` the others
 * pass: threads then agree to within what their origins' own rounding is, some microseconds.
 */
export function performanceCounter(
  performance: PerformanceLike,
  timeOrigin: number = performance.timeOrigin,
): Counter {
  const shiftMs = performance.timeOrigin - timeOrigin
  return {
    name: 'performance',
    quality: 900,
    ...NANOSECONDS,
    read: () => {
      const ns = Math.floor((performance.now() + shiftMs) * 1e6)
      return ns > 0 ? ns % WRAP_NS : 0
    },
  }
}

/** Any function that counts nanoseconds and never goes back, as a counter. */
export function hostCounter(name: string, nowNs: () => number, quality = 0): Counter {
  return { name, quality, ...NANOSECONDS, read: () => Math.floor(nowNs()) % WRAP_NS }
}
