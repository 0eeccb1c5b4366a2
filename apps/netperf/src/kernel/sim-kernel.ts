import type { Boot } from '@smpnet/machine'
import type { CountedSoFar, KernelArgs, StackStatistics } from '@smpnet/stack'
import { simulateStack } from '@smpnet/stack/sim'
import { countSlice } from './count-slice.ts'
import {
  type ClientReport,
  isBeginning,
  type KernelJob,
  type MeasuredSettings,
  type MeasuredShared,
} from './kernel-args.ts'
import type { Captured } from '../model/captured.ts'
import type { KernelSliceResult } from '../model/kernel-slice.ts'
import { capturedOf, MOST_CAPTURED } from './captured-of.ts'
import { clientsOf, measuredProgram, mostNsOf } from './measured-program.ts'
import { sliceResult } from './slice-result.ts'

/** What a simulated job is, as far as its worker needs it; it can be cloned. */
export interface SimJob extends KernelJob {
  /** Virtual nanoseconds after which the clients end. */
  readonly durationNs: number
}

/** What one simulated machine came to. */
export interface SimRun {
  readonly slice: KernelSliceResult
  /** Events that the simulator processed. */
  readonly events: number
  readonly statistics: StackStatistics
  /** What its links captured; of a configuration with captures. */
  readonly captured?: Captured
}

export type MeasuredBoot = Boot<KernelArgs<MeasuredSettings, MeasuredShared>>

/** Virtual time in which the clients have to end after their alarm: enough for any last message. */
const GRACE_NS = 1e9

/**
 * Simulates one machine until all clients have reported. Throws an Error for clients that do not
 * end, and what code on a CPU throws.
 */
export function simulateKernel(job: SimJob, boot: MeasuredBoot): SimRun {
  const { config, durationNs, ...named } = job
  const reports: ClientReport[] = []
  const clients = clientsOf(named, config.machine.cpus)
  let begun: CountedSoFar | undefined
  const { result, statistics, capture } = simulateStack(config, measuredProgram, {
    settings: { ...named, pace: { kind: 'alarm', durationNs } },
    untilNs: mostNsOf(named, durationNs) + GRACE_NS,
    boot,
    mostCaptured: MOST_CAPTURED,
    onReport: (report, stop, counted) => {
      if (isBeginning(report)) begun ??= config.statistics ? counted() : undefined
      else if (reports.push(report as ClientReport) === clients) stop()
    },
  })
  if (reports.length < clients) {
    throw new Error(`expected reports of ${clients} clients, got ${reports.length}`)
  }
  const counts = begun && countSlice(begun, statistics)
  const slice = { ...sliceResult(reports), ...(counts && { counted: counts }) }
  const captured = capture && capturedOf(capture)
  return { slice, events: result.events, statistics, ...(captured && { captured }) }
}
