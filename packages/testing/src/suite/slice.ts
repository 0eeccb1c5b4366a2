import type { LatencyRecorder } from '../stats/latency-recorder.ts'

/** How long one slice lasts: a time after which the stop flag rises, or a fixed count. */
export interface SliceSpec {
  /** Milliseconds until the stop flag rises; the flag does not rise when `count` is given. */
  readonly ms: number
  /** Operations that each thread does; absent when the slice is timed. */
  readonly count?: number
}

/** What a thread of a bench sees of the slice that it runs. */
export interface Slice {
  /** True once `n` operations are enough or the stop flag is up; call it before each operation. */
  done(n: number): boolean
  /** Monotonic nanoseconds; only differences between two calls on one thread mean anything. */
  nowNs(): number
  /** Adds one latency in nanoseconds to the slice's histogram. */
  record(ns: number): void
}

/** What one slice of one variant came to, over all its threads. */
export interface SliceResult {
  /** Operations (or bytes) that all threads together count. */
  readonly count: number
  /** Nanoseconds from the start barrier to the end of the last thread that counted something. */
  readonly ns: number
  /** Latencies, when a thread recorded any. */
  readonly latency?: LatencyRecorder
}
