import type { StackConfig } from '@smpnet/stack'
import type { LatencyPages } from '@smpnet/testing'
import type { Tallies } from '../model/kernel-slice.ts'

/** What of a job decides how its kernel is laid out and what runs in it; it can be cloned. */
export interface KernelJob {
  readonly config: StackConfig
  readonly workload: string
  /** What the workload's program is told. */
  readonly settings: unknown
}

/** What the measured program of a kernel is told; it can be cloned. */
export interface MeasuredSettings extends Omit<KernelJob, 'config'> {
  /** When the clients begin and end. */
  readonly pace: Pace
}

/** What the CPUs of a measured kernel share. */
export interface MeasuredShared {
  /** What the workload's program has placed. */
  readonly own: unknown
  /** Where the gate of a live machine is. */
  readonly gate: number | undefined
  /** When the first client has begun. The CPUs of a simulated machine share the object itself. */
  readonly began: { ns?: number }
}

/**
 * Live, the thread that started the machine opens a gate for each slice. Simulated, an alarm ends
 * the one slice of each client, or alarms end one stretch of all clients after the other, until
 * enough was seen.
 */
export type Pace =
  | { readonly kind: 'gate' }
  | { readonly kind: 'alarm' | 'stretches'; readonly durationNs: number }

/** What a simulated CPU reports when a client begins its slice. */
export interface BeginReport {
  readonly begins: true
  readonly stretch: number
  /** When the first client of all has begun its first stretch. */
  readonly beganNs: number
}

export function isBeginning(report: object): report is BeginReport {
  return (report as Partial<BeginReport>).begins === true
}

/**
 * What a CPU reports when a client has ended its slice; times are the machine's nanoseconds. The
 * slices of a client follow one another without a gap but for what is not measured, and one that
 * was held up for all of a stretch reports that it has done nothing in it, in no time.
 */
export interface ClientReport {
  /** Which of a simulated run's stretches it was; 0 live. */
  readonly stretch: number
  readonly count: number
  readonly startNs: number
  readonly endNs: number
  /** Latencies by kind, as their recorders have them. */
  readonly pages: Readonly<Record<string, LatencyPages>>
  readonly tallies: Tallies
}
