import type { EventRing } from './event-ring.ts'

/** Writes the events of one CPU into its ring, each with the time at which it was told. */
export class Tracer {
  constructor(
    readonly ring: EventRing,
    /** Nanoseconds; each event costs one reading of it. */
    readonly now: () => number,
  ) {}

  /** Something happened; the kinds, and what the two numbers are, are the caller's. */
  event(kind: number, one: number, other: number): void {
    this.ring.record(this.now(), kind, one, other)
  }
}
