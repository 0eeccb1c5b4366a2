/** Something that happened on a CPU. What `one` and `other` are depends on its kind. */
export interface TraceEvent {
  /** Nanoseconds on the tracer's clock. */
  readonly timeNs: number
  /** Index of its kind, among those that the trace's owner names. */
  readonly kind: number
  readonly one: number
  readonly other: number
}

/** What an event of some kind means in a picture. */
export interface EventKind {
  readonly name: string
  /**
   * `run`: what runs on the CPU from now on is called `one`, or nothing does when that is 0.
   * `mark`: something happened at this instant.
   */
  readonly shape: 'run' | 'mark'
  /** What a viewer shows of it; `nameOf` gives the names that the trace was exported with. */
  readonly details?: (event: TraceEvent, nameOf: (number: number) => string) => EventDetails
}

export type EventDetails = Readonly<Record<string, string | number>>
