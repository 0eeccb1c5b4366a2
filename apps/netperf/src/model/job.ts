import type { Billing } from './kernel-asked.ts'
import type { PairShape } from './pair-shape.ts'
import type { Labels } from './row.ts'
import type { Shown } from './shown.ts'
import type { Place, Workload } from './workload.ts'

/** One comparison: a workload on one machine, by some entrants, interleaved. */
export interface Job extends Place {
  readonly workload: Workload
  readonly entrants: readonly Entrant[]
  /** The entrant that live ratios are taken to; none when it did not enter. */
  readonly baseline: string
  /** What of the settings the line about what is running says. */
  readonly detail: string
  /**
   * Milliseconds per entrant in all runs together. On the simulated machine that is virtual time,
   * and the most that is simulated: a run ends when its figures have settled.
   */
  readonly durationMs: number
  readonly runs: number
  /** Runs go on until the interval of each figure is no wider than this share either way. */
  readonly width?: number | undefined
  /** Bytes of the kernel's memory; the kernel's own estimate when absent. */
  readonly memoryBytes?: number | undefined
  /** The module that sets up our kernel's CPUs, when it is not ours. */
  readonly boot?: URL | undefined
  /** Jobs of one sweep are compared with each other: live ones take turns. */
  readonly sweep?: string | undefined
  /** The file that packets of our kernel go to, as it was typed. */
  readonly capture?: string | undefined
  /** What is shown besides what is measured. */
  readonly shown?: Shown | undefined
}

/** What takes part in a comparison. */
export interface Entrant {
  /** As rows name it: the carrier, or what of its settings is compared. */
  readonly name: string
  /** The variant that runs it: our kernel, or an alternative. */
  readonly carrier: string
  /** What the workload's kernel program is told; only the program looks into it. */
  readonly settings: unknown
  /** What alternatives are told of a workload between pairs; others have no alternatives. */
  readonly pairs?: PairShape
  /** How our kernel bills switches here, where that is what is compared. */
  readonly billing?: Billing
  readonly labels?: Labels
}
