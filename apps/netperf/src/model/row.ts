export type MachineKind = 'live' | 'sim'

/** What a figure is in; a share is from 0 to 1, and `each` is a mean count, of a packet say. */
export type Unit = 'ns' | '1/s' | 'B/s' | 'share' | 'each'

/** What distinguishes rows of one workload beside variant and CPUs, by name. */
export type Labels = Readonly<Record<string, string | number>>

/** One figure of one variant, as `--json` prints it. */
export interface Row {
  readonly workload: string
  readonly machine: MachineKind
  readonly variant: string
  /** Only rows of workloads that have settings besides. */
  readonly settings?: Labels
  readonly cpus: number
  readonly metric: string
  readonly unit: Unit
  readonly median: number
  readonly p99: number
  /** Smallest and largest figure of a run; for latencies the smallest and largest run's median. */
  readonly min: number
  readonly max: number
  readonly runs: number
  /** The figure of each run, oldest first: what `min` and `max` are of. */
  readonly figures: readonly number[]
  /** Live: the cores that its CPUs were bound to; absent where the operating system chose. */
  readonly on?: readonly number[]
  /** Live: how many times as fast as the baseline each run was; above 1 is faster. */
  readonly ratios?: readonly number[]
  /** The machine that was simulated; only simulated rows have these three. */
  readonly profile?: string
  readonly seed?: number
  /** Runs whose figures had not settled when their time was over; absent for none. */
  readonly unsettled?: number
  /** Events that the simulator processed in all runs. */
  readonly events?: number
}

/** A row and the figures that it sums up. */
export interface Measured {
  readonly row: Row
  /** The figure of each run, oldest first; `row` sums them up. */
  readonly figures: readonly number[]
}

/** A row as it was printed before, with its figures beside it. */
export function measuredOf(row: Row): Measured {
  return { row, figures: row.figures }
}
