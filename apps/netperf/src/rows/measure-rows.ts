import { allLatencies, pairedRatios, perSecond, spread } from '@smpnet/testing'
import type { SliceResult } from '@smpnet/testing'
import type { Job } from '../plan/job.ts'
import { BASELINE } from '../variants/index.ts'
import type { Metric, VariantResult } from '../workloads/workload.ts'
import type { Measured, Row } from './row.ts'

/** The rows of a job: every metric of every variant that was measured at all. */
export function measureRows(job: Job, results: readonly VariantResult[]): Measured[] {
  const measured = results.filter((result) => result.slices.length > 0)
  const baseline = measured.find((result) => result.variant === BASELINE)
  return job.workload.metrics.flatMap((metric) => {
    const withFigure = measured.filter(({ slices }) => figures(metric, slices).length > 0)
    return withFigure.map((result) => {
      const row = rowOf(job, metric, result)
      const ratio = baseline && ratioTo(metric, result, baseline)
      return ratio === undefined ? { row } : { row, ratio }
    })
  })
}

function rowOf(job: Job, metric: Metric, result: VariantResult): Row {
  const ofRuns = spread(figures(metric, result.slices))
  const latency = metric.from === 'latency' ? allLatencies(result.slices) : undefined
  const { workload, machine, cpus, profile, seed } = job
  return {
    workload: workload.name,
    machine,
    variant: result.variant,
    cpus,
    metric: metric.name,
    unit: metric.unit,
    median: latency?.percentile(50) ?? ofRuns.median,
    p99: latency?.percentile(99) ?? ofRuns.p99,
    min: ofRuns.min,
    max: ofRuns.max,
    runs: result.slices.length,
    ...(machine === 'sim' && { profile, seed, events: result.events ?? 0 }),
  }
}

/** One figure per run: the median latency, or what was counted per second. */
function figures(metric: Metric, slices: readonly SliceResult[]): number[] {
  if (metric.from === 'count') return slices.map(perSecond)
  return slices.flatMap(({ latency }) => (latency ? [latency.percentile(50)] : []))
}

function ratioTo(metric: Metric, result: VariantResult, baseline: VariantResult) {
  const own = figures(metric, result.slices)
  const base = figures(metric, baseline.slices)
  const pairs = metric.unit === 'ns' ? pairedRatios(base, own) : pairedRatios(own, base)
  return pairs.length > 0 ? spread(pairs).median : undefined
}
