import { max, median, medianAbsoluteDeviation, min } from 'simple-statistics'

/** The middle of some figures and how far they lie apart, in the figures' own unit. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median absolute deviation from the median: half of all figures are nearer than this. */
  readonly mad: number
  /** The figure that 99 % do not exceed; with fewer than 100 figures that is the largest. */
  readonly p99: number
}

/** Summarises figures. Throws a RangeError when there are none. */
export function spread(figures: readonly number[]): Spread {
  if (figures.length === 0) throw new RangeError('expected at least one figure, got none')
  const values = [...figures]
  return {
    median: median(values),
    min: min(values),
    max: max(values),
    mad: medianAbsoluteDeviation(values),
    p99: nearestRank(values, 0.99),
  }
}

/** A figure that was measured, never one interpolated between two. */
function nearestRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(share * sorted.length) - 1] as number
}
