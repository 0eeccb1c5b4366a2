import { median } from 'simple-statistics'

/** What a few runs say about a figure: its median, and where the true median is likely to lie. */
export interface Estimate {
  readonly median: number
  readonly low: number
  readonly high: number
  /** Probability that the true median is from `low` to `high`, whatever the distribution. */
  readonly confidence: number
  readonly runs: number
}

/** What an interval has to be sure of before it leaves out the outermost figures. */
const CONFIDENCE = 0.9

/**
 * The sign test's interval for the median, which supposes nothing of the figures but that they
 * are independent: from the k-th smallest to the k-th largest, with the largest k that leaves 90 %.
 * With fewer than five runs none does, and the interval from the smallest to the largest says how
 * little it is sure of. (W. J. Conover, Practical Nonparametric Statistics, 3.2.) Throws a
 * RangeError when there are no figures.
 */
export function estimate(figures: readonly number[]): Estimate {
  const runs = figures.length
  if (runs === 0) throw new RangeError('expected at least one figure, got none')
  const sorted = figures.toSorted((a, b) => a - b)
  let cut = 0
  while (cut + 1 < runs / 2 && coverage(runs, cut + 1) >= CONFIDENCE) cut++
  return {
    median: median(sorted),
    low: sorted[cut] as number,
    high: sorted[runs - 1 - cut] as number,
    confidence: coverage(runs, cut),
    runs,
  }
}

/** Probability that the median lies between the figures left when `cut` are cut at either end. */
function coverage(runs: number, cut: number): number {
  let outside = 0
  for (let below = 0, ways = 1; below <= cut; below++) {
    outside += ways
    ways = (ways * (runs - below)) / (below + 1)
  }
  return Math.max(0, 1 - outside / 2 ** (runs - 1))
}
