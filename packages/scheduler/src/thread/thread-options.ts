export interface ThreadOptions {
  /** Names the thread in errors and traces. */
  readonly name?: string
  /** See `Priority`; `Priority.user` unless told. */
  readonly priority?: number
  /** From -20 to 20, for policies that share time; 0 unless told. */
  readonly nice?: number
  /** Whether the thread stays on the CPU where it was spawned; false unless told. */
  readonly pinned?: boolean
}
