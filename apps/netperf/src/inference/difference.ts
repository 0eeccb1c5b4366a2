import { tQuantile } from './student.ts'

/** By how much figures of one kind differ from those of another, and how sure that is. */
export interface Difference {
  /** How many times as large the second are, in the geometric mean. */
  readonly times: number
  readonly low: number
  readonly high: number
}

/** How runs depend on each other: those of other seeds do not. */
export type Sampling = 'paired' | 'independent' | 'in time'

/**
 * By which share the figures of one live run differ from those of the next, of the same build, in
 * their standard deviation: 1.2 to 1.7 % between quiet runs of a second each, on the host where it
 * was measured. A host changes its pace from one second to the next, which one run cannot tell.
 */
const BETWEEN_RUNS = 0.015
/** Deviations below this share are rounding, and all runs agree. */
const ROUNDING = 1e-9

/**
 * The interval in which the ratio of two kinds of figures lies unless a case of `outside` has come,
 * by Welch's t over their logarithms. Those that are `paired` are compared run by run, since both
 * had the same seeds; those `in time` are counted as fewer where neighbours are alike, since what
 * disturbs a host outlasts a slice, and are of one run each, which differs from another besides.
 * Undefined where either has too few runs to say, or a figure has no logarithm.
 */
export function difference(
  before: readonly number[],
  after: readonly number[],
  outside: number,
  how: Sampling,
): Difference | undefined {
  if ([...before, ...after].some((figure) => !(figure > 0 && Number.isFinite(figure)))) {
    return undefined
  }
  const [one, other] = [before, after].map((figures) => figures.map(Math.log))
  const areInTime = how === 'in time'
  const spreads =
    how === 'paired'
      ? [
          moments(
            other!.map((figure, run) => figure - one![run]!),
            areInTime,
          ),
        ]
      : [moments(one!, areInTime), moments(other!, areInTime)]
  if (spreads.some(({ runs }) => runs < 2)) return undefined
  const middle = mean(other!) - mean(one!)
  const errors = spreads.map(({ variance, effective }) => variance / effective)
  const apart = areInTime ? spreads.length * BETWEEN_RUNS ** 2 : 0
  const error = errors.reduce((sum, each) => sum + each, apart)
  if (Math.sqrt(error) < ROUNDING) return exactly(middle)
  const parts = spreads.map(({ effective }, index) => errors[index]! ** 2 / (effective - 1))
  const freedom = error ** 2 / parts.reduce((sum, each) => sum + each, 0)
  const half = tQuantile(outside, Math.max(1, freedom)) * Math.sqrt(error)
  return {
    times: Math.exp(middle),
    low: Math.exp(middle - half),
    high: Math.exp(middle + half),
  }
}

function exactly(middle: number): Difference {
  const times = Math.abs(middle) < ROUNDING ? 1 : Math.exp(middle)
  return { times, low: times, high: times }
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length
}

/** Variance, and how many independent figures say as much as these do. */
function moments(figures: readonly number[], areInTime: boolean) {
  const runs = figures.length
  const middle = mean(figures)
  const off = figures.map((figure) => figure - middle)
  const squares = off.reduce((sum, each) => sum + each * each, 0)
  const products = off.slice(1).reduce((sum, each, index) => sum + each * off[index]!, 0)
  // Of a few figures the likeness is estimated too low (Marriott and Pope 1954), and by chance.
  const found = squares > 0 ? products / squares : 0
  const alike = areInTime
    ? Math.min(0.95, Math.max(0, found + (1 + 4 * found) / runs + 0.6 / Math.sqrt(runs)))
    : 0
  const effective = Math.max(Math.min(2, runs), (runs * (1 - alike)) / (1 + alike))
  return { runs, variance: squares / Math.max(1, runs - 1), effective }
}

/** The mean of figures on a logarithmic scale; 0 where one of them is. */
export function geometricMean(figures: readonly number[]): number {
  return Math.exp(mean(figures.map(Math.log)))
}

/** The mean of figures on a logarithmic scale, and by which share it may be off either way. */
export function meanInterval(figures: readonly number[], outside = 0.05) {
  if (figures.length < 2 || figures.some((figure) => !(figure > 0))) return undefined
  const { runs, variance } = moments(figures.map(Math.log), false)
  const half = Math.expm1(tQuantile(outside, runs - 1) * Math.sqrt(variance / runs))
  return { mean: geometricMean(figures), half }
}
