import type { Labels, MachineKind } from './row.ts'
import type { Workload } from './workload.ts'

/** One comparison: a workload on one machine, by some entrants, interleaved. */
export interface Job {
  readonly workload: Workload
  readonly machine: MachineKind
  readonly cpus: number
  readonly entrants: readonly Entrant[]
  /** The entrant that live ratios are taken to; none when it did not enter. */
  readonly baseline: string
  /** What of the settings the line about what is running says. */
  readonly detail: string
  /** Milliseconds per entrant in all runs together; virtual time on the simulated machine. */
  readonly durationMs: number
  readonly runs: number
  /** Bytes of the kernel's memory; the kernel's own estimate when absent. */
  readonly memoryBytes?: number
  /** The module that sets up our kernel's CPUs, when it is not ours. */
  readonly boot?: URL
  readonly profile: string
  readonly seed: number
}

/** What takes part in a comparison. */
export interface Entrant {
  /** As rows name it: the carrier, or what of its settings is compared. */
  readonly name: string
  /** The variant that runs it: our kernel, or an alternative. */
  readonly carrier: string
  readonly settings: unknown
  readonly labels?: Labels
}
