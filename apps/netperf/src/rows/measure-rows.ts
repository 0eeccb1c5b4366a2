import {
  LatencyRecorder,
  pairedRatios,
  perSecond,
  type SliceResult,
  spread,
} from '@smpnet/testing'
import type { KernelSliceResult } from '../model/kernel-slice.ts'
import type { Job } from '../model/job.ts'
import type { Metric, VariantResult } from '../model/workload.ts'
import type { Measured, Row } from '../model/row.ts'

/** The rows of a job: every metric of every entrant that was measured at all. */
export function measureRows(job: Job, results: readonly VariantResult[]): Measured[] {
  const measured = results.filter((result) => result.slices.length > 0)
  const baseline = measured.find((result) => result.variant === job.baseline)
  return job.workload.metrics.flatMap((metric) => {
    const withFigure = measured.filter(({ slices }) => figures(metric, slices).length > 0)
    return withFigure.map((result) => {
      const ratio = baseline && ratioTo(metric, result, baseline)
      return {
        row: rowOf(job, metric, result),
        figures: figures(metric, result.slices),
        ...(ratio !== undefined && { ratio }),
      }
    })
  })
}

function rowOf(job: Job, metric: Metric, result: VariantResult): Row {
  const ofRuns = spread(figures(metric, result.slices))
  const latency = metric.from === 'latency' ? allLatencies(metric, result.slices) : undefined
  const { workload, machine, cpus, profile, seed, entrants } = job
  const { labels } = entrants.find(({ name }) => name === result.variant) ?? {}
  return {
    workload: workload.name,
    machine,
    variant: result.variant,
    ...(labels && { settings: labels }),
    cpus,
    metric: metric.name,
    unit: metric.unit,
    median: latency ? percentile(metric, latency, 50) : ofRuns.median,
    p99: latency ? percentile(metric, latency, 99) : ofRuns.p99,
    min: ofRuns.min,
    max: ofRuns.max,
    runs: result.slices.length,
    ...(machine === 'sim' && { profile, seed, events: result.events ?? 0 }),
  }
}

/** One figure per run: the median latency, or what was counted per second. */
function figures(metric: Metric, slices: VariantResult['slices']): number[] {
  if (metric.from === 'count') return slices.map(perSecond)
  return slices.flatMap((slice) => {
    const latency = latencyOf(metric, slice)
    return latency ? [percentile(metric, latency, 50)] : []
  })
}

/** Of one operation, where a latency is of several. */
function percentile({ per = 1 }: Metric, latency: LatencyRecorder, percent: number): number {
  return latency.percentile(percent) / per
}

function latencyOf(
  metric: Metric,
  slice: SliceResult | KernelSliceResult,
): LatencyRecorder | undefined {
  if ('latencies' in slice) return slice.latencies?.[metric.name]
  return slice.latency
}

function allLatencies(metric: Metric, slices: VariantResult['slices']): LatencyRecorder {
  const all = new LatencyRecorder()
  for (const slice of slices) {
    const latency = latencyOf(metric, slice)
    if (latency) all.add(latency)
  }
  return all
}

function ratioTo(metric: Metric, result: VariantResult, baseline: VariantResult) {
  const own = figures(metric, result.slices)
  const base = figures(metric, baseline.slices)
  const pairs = metric.unit === 'ns' ? pairedRatios(base, own) : pairedRatios(own, base)
  return pairs.length > 0 ? spread(pairs).median : undefined
}
