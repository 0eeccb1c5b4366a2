import { came, expectFunction } from '@smpnet/memory'
import { BadCounter } from '../errors.ts'
import { type Counter, maskOf } from './counter.ts'

/** Nanoseconds, in as many bits as a number counts without gaps: it wraps after 104 days. */
const NANOSECONDS = { mask: maskOf(53), frequency: 1_000_000_000 } as const
const WRAP_NS = 2 ** 53
/** What of the upper 32 bits is below the wrap. */
const HIGH_MASK = 2 ** 21 - 1

/** Seconds and nanoseconds since some moment, the same for all threads: `process.hrtime`. */
export interface HrTime {
  (): [seconds: number, nanoseconds: number]
  /** The same moment in nanoseconds. */
  readonly bigint?: () => bigint
}

/**
 * Node's monotonic clock as a counter. Pass `process.hrtime`; it reads CLOCK_MONOTONIC, which all
 * threads share. By `bigint` where there is one, which costs 3 ns less than the pair.
 */
export function hrtimeCounter(hrtime: HrTime): Counter {
  checkHrtime(hrtime)
  const { bigint } = hrtime
  const read = bigint === undefined ? pairReader(hrtime) : bigintReader(bigint)
  return { name: 'hrtime', quality: 1000, ...NANOSECONDS, read }
}

/**
 * Throws BadCounter for what is no `process.hrtime`: its `bigint` is a function of another kind.
 */
function checkHrtime(hrtime: unknown): void {
  expectFunction('what hrtimeCounter is given, process.hrtime,', hrtime)
  const pair: unknown = (hrtime as HrTime)()
  if (Array.isArray(pair) && typeof pair[0] === 'number' && typeof pair[1] === 'number') return
  throw new BadCounter(`hrtimeCounter is given process.hrtime itself: ${came(hrtime)} came`)
}

function pairReader(hrtime: HrTime): () => number {
  return () => {
    // By index: to take a pair apart by pattern goes through its iterator, 3 ns here.
    const pair = hrtime()
    const ns = pair[0] * 1e9 + pair[1]
    return ns < WRAP_NS ? ns : ns % WRAP_NS
  }
}

/**
 * Through memory: an optimized store of a BigInt that comes straight out of such an array is a move
 * of 64 bits, where `Number` of it would make an object of it first, 7 ns here.
 */
function bigintReader(bigint: () => bigint): () => number {
  const whole = new BigInt64Array(1)
  const halves = new Uint32Array(whole.buffer)
  whole[0] = 1n
  const low = halves[0] === 1 ? 0 : 1
  const high = 1 - low
  return () => {
    whole[0] = bigint()
    return (halves[high]! & HIGH_MASK) * 2 ** 32 + halves[low]!
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
  timeOrigin: number = performance?.timeOrigin,
): Counter {
  if (typeof performance?.now !== 'function' || !Number.isFinite(timeOrigin)) {
    const which = typeof performance?.now === 'function' ? timeOrigin : performance
    throw new BadCounter(
      `performanceCounter is given performance, and a timeOrigin in ms: ${came(which)} came`,
    )
  }
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
  expectFunction('what counts nanoseconds', nowNs)
  return { name, quality, ...NANOSECONDS, read: () => Math.floor(nowNs()) % WRAP_NS }
}
