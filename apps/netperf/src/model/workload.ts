import type { Profile } from '@smpnet/machine/sim'
import type { StackStatistics } from '@smpnet/stack'
import type { SliceResult } from '@smpnet/testing'
import type { Captured } from './captured.ts'
import type { Carried } from './channel.ts'
import type { Billing, KernelAsked } from './kernel-asked.ts'
import type { KernelCounts } from './kernel-counts.ts'
import type { KernelProgram } from './kernel-program.ts'
import type { KernelSliceResult, Tallies } from './kernel-slice.ts'
import type { PairShape } from './pair-shape.ts'
import type { Labels, MachineKind, Unit } from './row.ts'
import type { Shown } from './shown.ts'

/** A figure of what our kernel counted in a slice; undefined where it could not be known. */
export type KernelFigure = (counted: KernelCounts, tallies: Tallies) => number | undefined

/** A figure of what the workload counted itself; undefined where it did not. */
export interface TallyFigure {
  readonly tallied: (tallies: Tallies, slice: SliceResult) => number | undefined
}

/** One figure that a workload reports. */
export interface Metric {
  readonly name: string
  readonly unit: Unit
  /**
   * Where it comes from: the latencies that were recorded, those of its name where a slice has
   * several, or what was counted per second. Shares are recorded as latencies are. Or what the
   * kernel itself counted: there is such a figure where it was asked for statistics. Or what the
   * workload did.
   */
  readonly from: 'latency' | 'count' | KernelFigure | TallyFigure
  /** What each recorded value is divided by, such as the operations that it is of; 1 if absent. */
  readonly per?: number
  /** What of the pairs' shape a count is multiplied by: the bytes of each message, say. */
  readonly times?: 'size'
}

/** An option of `netperf run` that some workloads understand. */
export interface WorkloadOption<T> {
  /** As commander has it: `--lock <a,b>`. */
  readonly flags: string
  readonly description: string
  /** May be given several times: what was typed is given to `parse` all together. */
  readonly repeats?: boolean
  /** The value of what was typed. Throws a UsageError that says what was expected. */
  parse(...typed: readonly string[]): T
}

/** The options that a workload has, by name; each is the flag of that name. */
export type WorkloadOptions<O> = { readonly [K in keyof O]-?: WorkloadOption<NonNullable<O[K]>> }

/** Where a workload is to run, and how our kernel is to be there. */
export interface Place {
  readonly machine: MachineKind
  readonly cpus: number
  /** The machine that is simulated. */
  readonly profile: Profile
  /** The threads of it that the CPUs are; the first when absent. */
  readonly on?: readonly number[] | undefined
  readonly seed: number
  readonly kernel: KernelAsked
}

/** One thing that a job compares. */
export interface Configuration<S = unknown> {
  /** The variant's name in rows; the carrier's own when the workload has alternatives. */
  readonly name?: string
  /** What the kernel program is told; it can be cloned. */
  readonly settings: S
  /** What alternatives are told; of workloads that have some. */
  readonly pairs?: PairShape
  /** How switches are billed, where that is what is compared. */
  readonly billing?: Billing
  /** What rows say about the settings. */
  readonly labels?: Labels
}

/** What the options of a workload come to. */
export interface Configured<S = unknown> {
  /** For the line that says what is running: `1B`. */
  readonly detail: string
  readonly configurations: readonly Configuration<S>[]
  /** What is shown besides, of what the workload is given. */
  readonly shown?: Shown
}

/**
 * A workload: what is run, on which machines, and what is measured. `O` are its own options, in
 * numbers and words, and `S` what its kernel program is told. A registry of all workloads knows
 * neither: methods are compared loosely, and each workload is given back only what is its own.
 */
export interface Workload<O extends object = object, S = unknown> {
  readonly name: string
  readonly summary: string
  readonly metrics: readonly Metric[]
  /** The machines it runs on; the first when nobody says. */
  readonly machines: readonly MachineKind[]
  readonly options: WorkloadOptions<O>
  /** Throws a UsageError for options that this place cannot have. */
  configure(options: O, place: Place): Configured<S>
  /** Whether its metrics need what our kernel counts, though nobody asks to have it printed. */
  readonly isCounted?: boolean
  /** What runs in threads of our kernel, on either machine; absent where only others carry it. */
  readonly kernel?: KernelProgram<S>
  /** What it does over event-loop alternatives; a workload without has none. */
  readonly channel?: Carried
}

/** What one variant of a workload came to. */
export interface VariantResult {
  readonly variant: string
  /** One for each run, oldest first. */
  readonly slices: readonly (SliceResult | KernelSliceResult)[]
  /** Events that the simulator processed, in all runs together. */
  readonly events?: number
  /** Simulated runs that had not settled when their time was over. */
  readonly unsettled?: number
  /** What our kernel has counted, where it was asked: live in all runs, simulated in the last. */
  readonly statistics?: StackStatistics | undefined
  /** What its links captured, where that was asked for. */
  readonly captured?: Captured | undefined
}
