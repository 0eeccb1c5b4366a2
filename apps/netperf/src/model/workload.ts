import type { SliceResult } from '@smpnet/testing'
import type { ChannelProgram } from './channel.ts'
import type { KernelProgram } from './kernel-program.ts'
import type { KernelSliceResult } from './kernel-slice.ts'
import type { Labels, MachineKind } from './row.ts'

/** One figure that a workload reports. */
export interface Metric {
  readonly name: string
  readonly unit: 'ns' | '1/s' | 'B/s'
  /**
   * Where it comes from: the latencies that were recorded, those of its name where a slice has
   * several, or what was counted per second.
   */
  readonly from: 'latency' | 'count'
  /** How many operations each recorded latency is of; 1 when absent. */
  readonly per?: number
}

/** An option of `netperf run` that some workloads understand. */
export interface WorkloadOption {
  /** As commander has it: `--lock <a,b>`. */
  readonly flags: string
  readonly description: string
  /** May be given several times. */
  readonly repeats?: boolean
}

/** What was typed: a text, or several for an option that repeats. */
export type TypedOptions = Readonly<Record<string, string | readonly string[] | undefined>>

/** Where a workload is to run. */
export interface Place {
  readonly machine: MachineKind
  readonly cpus: number
  readonly profile: string
}

/** One thing that a job compares. */
export interface Configuration {
  /** The variant's name in rows; the carrier's own when the workload has alternatives. */
  readonly name?: string
  /** What the programs are given; it can be cloned. */
  readonly settings: unknown
  /** What rows say about the settings. */
  readonly labels?: Labels
}

/** What the options of a workload come to. */
export interface Configured {
  /** For the line that says what is running: `1B`. */
  readonly detail: string
  readonly configurations: readonly Configuration[]
}

/** A workload: what is run, on which machines, and what is measured. */
export interface Workload {
  readonly name: string
  readonly summary: string
  readonly metrics: readonly Metric[]
  /** The machines it runs on; the first when nobody says. */
  readonly machines: readonly MachineKind[]
  readonly options: readonly WorkloadOption[]
  /** Throws a UsageError that says which option is wrong. */
  configure(options: TypedOptions, place: Place): Configured
  /** What runs in threads of our kernel, on either machine. */
  readonly kernel: KernelProgram
  /** The two ends over event-loop alternatives; a workload without has none. */
  readonly channel?: ChannelProgram
}

/** What one variant of a workload came to. */
export interface VariantResult {
  readonly variant: string
  /** One for each run, oldest first. */
  readonly slices: readonly (SliceResult | KernelSliceResult)[]
  /** Events that the simulator processed, in all runs together. */
  readonly events?: number
}
