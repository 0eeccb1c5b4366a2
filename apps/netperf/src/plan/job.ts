import type { Workload } from '../workloads/workload.ts'

/** One comparison: a workload on one machine, by some variants, interleaved. */
export interface Job {
  readonly workload: Workload
  readonly machine: MachineKind
  readonly cpus: number
  /** Pairs of threads; pair i drives from CPU i mod N and is answered on the next. */
  readonly pairs: number
  readonly variants: readonly string[]
  /** Bytes per message. */
  readonly size: number
  /** Milliseconds per variant in all runs together; virtual time on the simulated machine. */
  readonly durationMs: number
  readonly runs: number
  /** Bytes of the kernel's memory; the kernel's own estimate when absent. */
  readonly memoryBytes?: number
  /** The module that sets up our kernel's CPUs, when it is not ours. */
  readonly boot?: URL
  readonly profile: string
  readonly seed: number
}

export type MachineKind = 'live' | 'sim'
