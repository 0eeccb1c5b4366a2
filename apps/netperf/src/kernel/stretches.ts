import type { LatencyRecorder } from '@smpnet/testing'
import { type KernelSliceResult, ONLY } from '../model/kernel-slice.ts'

/**
 * A simulated run is measured in stretches, one after the other without a pause: each of them is a
 * warm-up for those that follow. When two in a row have the same figures, the later one counts.
 * Stretches double, so that what a run has begun with soon weighs little, and chance weighs less in
 * each; all of them together are as long as the run may be.
 */

/** Of a run, in sixteenths: the last is half of it. */
const SIXTEENTHS = [1, 1, 2, 4, 8] as const
export const STRETCHES = SIXTEENTHS.length

/** How a run is to settle. */
export interface Settling {
  /** By which share the figures of two stretches may differ that count as the same. */
  readonly width: number
}

/** Fewer operations for each client are no figure: the first and the last weigh too much. */
const LEAST_OPERATIONS = 50
/** A recorder tells latencies apart by an eighth, and a median may lie on an edge. */
const BUCKET = 0.15
/** Fewer latencies have no steady median. */
const LEAST_LATENCIES = 100

/**
 * When a stretch of a run that may last so long is over, in ns after the first has begun. Clients
 * that work on when the run has been measured go on in stretches like the last one.
 */
export function stretchEndNs(durationNs: number, stretch: number): number {
  const parts = SIXTEENTHS.slice(0, stretch + 1).reduce((sum, part) => sum + part, 0)
  const beyond = Math.max(0, stretch + 1 - STRETCHES) * SIXTEENTHS[STRETCHES - 1]!
  return Math.max(stretch + 1, Math.round((durationNs * (parts + beyond)) / 16))
}

/** Whether the figures of a stretch are those of the one before. */
export function isSettled(
  before: KernelSliceResult | undefined,
  now: KernelSliceResult,
  clients: number,
  { width }: Settling,
): boolean {
  if (before === undefined || now.count < LEAST_OPERATIONS * clients) return false
  const isNear = (one: number, other: number) => Math.abs(other - one) <= width * Math.abs(one)
  if (!isNear(before.count / before.ns, now.count / now.ns)) return false
  const latencies = (slice: KernelSliceResult): Readonly<Record<string, LatencyRecorder>> => ({
    ...slice.latencies,
    ...(slice.latency && { [ONLY]: slice.latency }),
  })
  const old = latencies(before)
  return Object.entries(latencies(now)).every(([name, own]) => {
    const other = old[name]
    if (own.count < LEAST_LATENCIES || other === undefined) return true
    const [one, later] = [other.percentile(50), own.percentile(50)]
    return Math.abs(later - one) <= Math.max(width, BUCKET) * one
  })
}
