import os from 'node:os'
import { spread, type Spread } from '../stats/spread.ts'
import { LatencyRecorder } from '../stats/latency-recorder.ts'
import type { Measurement } from './measure.ts'
import type { SliceResult } from '../suite/slice.ts'
import type { Suite } from '../suite/variant.ts'

/** A measurement in figures; plain data, ready for JSON. */
export interface Report {
  readonly name: string
  readonly unit: string
  readonly baseline: string
  readonly interrupted: boolean
  readonly host: { readonly cpu: string; readonly cores: number; readonly node: string }
  readonly variants: readonly VariantReport[]
}

/** One variant's figures; all but the ratio are in the report's unit. */
export interface VariantReport extends Spread {
  readonly variant: string
  /** One figure per slice, oldest first. */
  readonly slices: readonly number[]
  /** How many times as fast as the baseline in the same round; above 1 is faster. */
  readonly ratio?: Spread
  /** Latencies of all slices together, in nanoseconds. */
  readonly latency?: LatencySummary
}

export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/**
 * Turns slices into figures: one per slice, so that a spread says how far slices lie apart, and one
 * ratio per round. Latencies of all slices are one histogram. Variants without a counted slice,
 * such as those that an interrupted run never came to, are left out.
 */
export function report(suite: Suite, measurement: Measurement): Report {
  const time = (suite.measure ?? 'time') === 'time'
  const what = suite.what ?? 'op'
  const baseline = suite.baseline ?? Object.keys(suite.variants)[0] ?? ''
  const base = (measurement.slices.get(baseline) ?? []).map(perSecond)
  const variants: VariantReport[] = []
  for (const [variant, slices] of measurement.slices) {
    if (slices.length > 0) variants.push(variantReport(variant, slices, base, time))
  }
  const unit = time ? `ns/${what}` : `${what}/s`
  const { interrupted } = measurement
  return { name: suite.name, unit, baseline, interrupted, host: host(), variants }
}

/** Operations per second of one slice. */
export function perSecond(slice: SliceResult): number {
  return (slice.count / slice.ns) * 1e9
}

/** All latencies of some slices, or nothing when none were recorded. */
export function allLatencies(slices: readonly SliceResult[]): LatencyRecorder | undefined {
  const all = new LatencyRecorder()
  for (const { latency } of slices) if (latency) all.add(latency)
  return all.count > 0 ? all : undefined
}

/**
 * Speed relative to the baseline, slice by slice: both ran in the same round, so what disturbed the
 * machine for a while disturbed both, and the ratio's spread is smaller than the figures'.
 */
export function pairedRatios(rates: readonly number[], base: readonly number[]): number[] {
  const pairs = Math.min(rates.length, base.length)
  return rates.slice(0, pairs).map((rate, round) => rate / (base[round] as number))
}

function variantReport(
  variant: string,
  slices: readonly SliceResult[],
  base: readonly number[],
  time: boolean,
): VariantReport {
  const rates = slices.map(perSecond)
  const figures = time ? rates.map((rate) => 1e9 / rate) : rates
  const ratios = pairedRatios(rates, base)
  const latency = allLatencies(slices)
  return {
    variant,
    ...spread(figures),
    slices: figures,
    ...(ratios.length > 0 && { ratio: spread(ratios) }),
    ...(latency && { latency: latencySummary(latency) }),
  }
}

function latencySummary(latency: LatencyRecorder): LatencySummary {
  return {
    count: latency.count,
    p50: latency.percentile(50),
    p90: latency.percentile(90),
    p99: latency.percentile(99),
    p999: latency.percentile(99.9),
    max: latency.percentile(100),
  }
}

function host(): Report['host'] {
  const cpus = os.cpus()
  return { cpu: cpus[0]?.model ?? 'unknown', cores: cpus.length, node: process.version }
}
