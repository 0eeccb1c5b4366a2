import type { LatencyPages } from '../stats/latency-recorder.ts'

/** What a worker thread of a team is started with. */
export interface ThreadData {
  readonly barrier: SharedArrayBuffer
  readonly index: number
  readonly threads: number
  readonly module: string
  readonly run: string
  readonly args: unknown
}

/** From the team to a thread. */
export type ToThread =
  | { readonly type: 'slice'; readonly count: number | undefined }
  | { readonly type: 'exchanged'; readonly values: unknown[] }

/** From a thread to its team. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'exchange'; readonly value: unknown }
  | { readonly type: 'opened' }
  | { readonly type: 'error'; readonly message: string; readonly stack: string | undefined }
  | ThreadOutcome

/** What one thread did in one slice; times are nanoseconds of the process-wide clock. */
export interface ThreadOutcome {
  readonly type: 'outcome'
  readonly count: number
  readonly startNs: number
  readonly endNs: number
  readonly pages: LatencyPages | undefined
}
