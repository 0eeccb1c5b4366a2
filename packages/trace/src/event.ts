/** Something that happened on a CPU. What `one` and `other` are depends on its kind. */
export interface TraceEvent {
  /** Nanoseconds on the tracer's clock. */
  readonly timeNs: number
  /** Index of its kind, among those that the trace's owner names. */
  readonly kind: number
  readonly one: number
  readonly other: number
}
