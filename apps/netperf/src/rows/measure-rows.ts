import {
  LatencyRecorder,
  pairedRatios,
  perSecond,
  type SliceResult,
  spread,
} from '@smpnet/testing'
import type { KernelSliceResult, Tallies } from '../model/kernel-slice.ts'
import type { Entrant, Job } from '../model/job.ts'
import type { KernelFigure, Metric, TallyFigure, VariantResult } from '../model/workload.ts'
import { type Measured, measuredOf, type Row } from '../model/row.ts'

/** The rows of a job: every metric of every entrant that was measured at all. */
export function measureRows(job: Job, results: readonly VariantResult[]): Measured[] {
  const measured = results.filter((result) => result.slices.length > 0)
  const baseline = measured.find((result) => result.variant === job.baseline)
  return job.workload.metrics.flatMap((metric) => {
    const withFigure = measured.filter((result) => figuresOf(job, metric, result).length > 0)
    return withFigure.map((result) => measuredOf(rowOf(job, metric, result, baseline)))
  })
}

function rowOf(
  job: Job,
  metric: Metric,
  result: VariantResult,
  baseline: VariantResult | undefined,
): Row {
  const own = figuresOf(job, metric, result)
  const ofRuns = spread(own)
  const isLive = job.machine === 'live'
  const ratios = isLive && baseline ? ratiosTo(job, metric, result, baseline) : undefined
  const latency = metric.from === 'latency' ? allLatencies(metric, result.slices) : undefined
  const { workload, machine, cpus, profile, seed, on } = job
  const { labels } = entrantOf(job, result) ?? {}
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
    ...(result.unsettled && { unsettled: result.unsettled }),
    figures: own,
    ...(isLive && on?.length && { on }),
    ...(ratios && { ratios }),
    ...(machine === 'sim' && { profile: profile.name, seed, events: result.events ?? 0 }),
  }
}

function entrantOf({ entrants }: Job, { variant }: VariantResult): Entrant | undefined {
  return entrants.find(({ name }) => name === variant)
}

/** One figure per run: the median of what was recorded, or what was counted per second. */
export function figuresOf(job: Job, metric: Metric, result: VariantResult): number[] {
  const { slices } = result
  if (metric.from === 'count') {
    const times = (metric.times && entrantOf(job, result)?.pairs?.[metric.times]) ?? 1
    return slices.map((slice) => perSecond(slice) * times)
  }
  const { from } = metric
  if (typeof from === 'object') return slices.flatMap((slice) => talliedFigures(slice, from))
  if (from !== 'latency') return slices.flatMap((slice) => kernelFigures(slice, from))
  return slices.flatMap((slice) => {
    const latency = latencyOf(metric, slice)
    return latency ? [percentile(metric, latency, 50)] : []
  })
}

/** None where the kernel was not asked, or could not know. */
function kernelFigures(slice: SliceResult | KernelSliceResult, of: KernelFigure): number[] {
  const counted = 'counted' in slice ? slice.counted : undefined
  const figure = counted && of(counted, talliesOf(slice))
  return figure === undefined ? [] : [figure]
}

/** None where the workload has counted nothing. */
function talliedFigures(
  slice: SliceResult | KernelSliceResult,
  { tallied }: TallyFigure,
): number[] {
  const figure = tallied(talliesOf(slice), slice)
  return figure === undefined ? [] : [figure]
}

function talliesOf(slice: SliceResult | KernelSliceResult): Tallies {
  return ('tallies' in slice && slice.tallies) || {}
}

/** Of one operation, where what was recorded is of several. */
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

/** How many times as fast; shares and counts are no speed. */
function ratiosTo(job: Job, metric: Metric, result: VariantResult, baseline: VariantResult) {
  if (metric.unit === 'share' || typeof metric.from !== 'string') return undefined
  const own = figuresOf(job, metric, result)
  const base = figuresOf(job, metric, baseline)
  const pairs = metric.unit === 'ns' ? pairedRatios(base, own) : pairedRatios(own, base)
  return pairs.length > 0 ? pairs : undefined
}
