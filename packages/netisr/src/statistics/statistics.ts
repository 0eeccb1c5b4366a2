import type { PlacementStatistics } from '../placement/placement.ts'
import type { LatencyBin } from '../latency/latencies.ts'
import type { DispatchName, PolicyName } from '../terms/names.ts'

/** What a netisr has counted and how it is set, as `netstat -Q` shows it. */
export interface NetisrStatistics {
  readonly configuration: {
    readonly threads: number
    /** Threads that there could be: one for each CPU. */
    readonly maxThreads: number
    readonly defaultLimit: number
    readonly maxLimit: number
    readonly dispatch: DispatchName
    readonly bind: boolean
  }
  readonly protocols: readonly ProtocolStatistics[]
  readonly workstreams: readonly WorkstreamStatistics[]
  /** What CPUs without a workstream, and threads outside, dispatched directly, if they did. */
  readonly elsewhere: readonly WorkstreamStatistics[]
  /** Where flows go. */
  readonly placement: PlacementStatistics
  /** By CPU, how long packets took to handlers in workers; none if that is not counted. */
  readonly latencies: readonly (readonly LatencyBin[])[]
}

export interface ProtocolStatistics {
  readonly number: number
  readonly name: string
  readonly limit: number
  readonly policy: PolicyName
  readonly dispatch: DispatchName | 'default'
  readonly hasFlow: boolean
  readonly hasCpu: boolean
  readonly hasDrained: boolean
}

export interface WorkstreamStatistics {
  /** Its number, or -1 for a CPU without one. */
  readonly id: number
  readonly cpu: number
  readonly state: string
  readonly works: readonly WorkStatistics[]
}

/** One protocol in one workstream. */
export interface WorkStatistics {
  readonly protocol: number
  readonly name: string
  readonly length: number
  readonly watermark: number
  /** Handled by direct dispatch on this CPU, and by hybrid dispatch. */
  readonly dispatched: number
  readonly hybridDispatched: number
  /** Refused because the queue was full. */
  readonly drops: number
  /** Of these, because the first packet of the queue had waited too long. */
  readonly late: number
  readonly queued: number
  /** Handled in all, by the worker and by both kinds of dispatch. */
  readonly handled: number
  /** Of these, packets at which the handler threw in the worker. */
  readonly failed: number
}
