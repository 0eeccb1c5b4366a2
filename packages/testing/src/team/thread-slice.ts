import type { Slice } from '../suite/slice.ts'
import { LatencyRecorder } from '../stats/latency-recorder.ts'
import type { StartBarrier } from './start-barrier.ts'

/** The slice as a worker thread sees it; one object per thread, used again for every slice. */
export class ThreadSlice implements Slice {
  readonly latency = new LatencyRecorder()
  readonly #barrier: StartBarrier
  #limit = Number.POSITIVE_INFINITY

  constructor(barrier: StartBarrier) {
    this.#barrier = barrier
  }

  /** Forgets the last slice. */
  begin(count: number | undefined): void {
    this.#limit = count ?? Number.POSITIVE_INFINITY
    this.latency.clear()
  }

  done(n: number): boolean {
    return n >= this.#limit || this.#barrier.stopped
  }

  nowNs(): number {
    return performance.now() * 1e6
  }

  record(ns: number): void {
    this.latency.record(ns)
  }
}
