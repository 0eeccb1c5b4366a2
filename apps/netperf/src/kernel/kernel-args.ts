/** What every CPU of our kernel is started with; it can be cloned. */
export interface KernelArgs {
  readonly workload: string
  readonly settings: unknown
  /** For the chance that the program needs. */
  readonly seed: number
  /** What the workload's program has placed for all CPUs. */
  readonly shared: unknown
  /** When the clients begin and end. */
  readonly pace: Pace
}

/**
 * Live, whoever started the machine opens a gate for each slice; simulated, there is one slice, and
 * an alarm on each CPU ends it after some virtual time.
 */
export type Pace =
  | { readonly kind: 'gate'; readonly at: number }
  | { readonly kind: 'alarm'; readonly durationNs: number }

/** What a CPU reports when a client has ended its slice; times are the machine's nanoseconds. */
export interface ClientReport {
  readonly count: number
  readonly startNs: number
  readonly endNs: number
  /** Latencies by kind, as their recorders have them. */
  readonly slots: Readonly<Record<string, Float64Array>>
}
