import { isLessBetter } from '../model/formatted.ts'
import type { Row } from '../model/row.ts'
import { type Difference, difference, type Sampling } from './difference.ts'

/** In one case of twenty, one of all rows of a comparison may be said to differ that does not. */
const OUTSIDE = 0.05

export type Verdict = 'faster' | 'slower' | 'more' | 'less' | 'no difference' | 'cannot tell'

/** Two documents' figures of the same thing. */
export interface Compared {
  readonly before: Row
  readonly after: Row
  readonly difference: Difference | undefined
  readonly verdict: Verdict
  /** Why nothing can be told. */
  readonly why?: string
}

/** What two documents' rows are matched by; a seed is of their runs, not of what they measure. */
export function keyOf(row: Row): string {
  const { workload, machine, profile = '', variant, cpus, metric, settings = {} } = row
  const labels = Object.entries(settings).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([workload, metric, machine, profile, cpus, variant, labels])
}

/** Every row that both have, with what can be said of it beside all the others. */
export function compareRows(before: readonly Row[], after: readonly Row[]): Compared[] {
  const others = new Map(after.map((row) => [keyOf(row), row]))
  const pairs = before.flatMap((row) => {
    const other = others.get(keyOf(row))
    return other === undefined ? [] : [[row, other] as const]
  })
  return pairs.map(([row, other]) => compared(row, other, OUTSIDE / pairs.length))
}

function compared(before: Row, after: Row, outside: number): Compared {
  if ([before, after].some(({ unsettled = 0, runs }) => unsettled > runs / 2)) {
    const why = 'most runs had not settled; a longer --duration may do'
    return { before, after, difference: undefined, verdict: 'cannot tell', why }
  }
  const [one, other] = figuresOf(before, after)
  const found = difference(one, other, outside, samplingOf(before, after))
  if (found !== undefined) {
    return { before, after, difference: found, verdict: verdictOf(before, found) }
  }
  if (isSame(one, other)) {
    const none = { times: 1, low: 1, high: 1 }
    return { before, after, difference: none, verdict: 'no difference' }
  }
  const isFew = Math.min(one.length, other.length) < 2
  const why = isFew ? 'one run says nothing of chance; --runs 5 does' : 'a figure is 0'
  return { before, after, difference: undefined, verdict: 'cannot tell', why }
}

/**
 * On a live machine what disturbs the host disturbs all variants: where both documents have it, the
 * speed beside the baseline of the same moment is compared, and figures are where they have not.
 */
function figuresOf(before: Row, after: Row): readonly [readonly number[], readonly number[]] {
  const isBaseline = [before, after].some(({ ratios = [] }) => ratios.every((each) => each === 1))
  if (before.ratios === undefined || after.ratios === undefined || isBaseline) {
    return [before.figures, after.figures]
  }
  const [one, other] = [before.ratios, after.ratios]
  const inverse = (ratios: readonly number[]) => ratios.map((each) => 1 / each)
  return isLessBetter(before.unit) ? [inverse(one), inverse(other)] : [one, other]
}

function samplingOf(before: Row, after: Row): Sampling {
  if (before.machine === 'live') return 'in time'
  const sameSeeds = before.seed === after.seed && before.figures.length === after.figures.length
  return sameSeeds ? 'paired' : 'independent'
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((figure, run) => figure === other[run])
}

function verdictOf({ unit }: Row, { low, high }: Difference): Verdict {
  if (low <= 1 && high >= 1) return 'no difference'
  if (unit === 'share' || unit === 'each') return low > 1 ? 'more' : 'less'
  return low > 1 === isLessBetter(unit) ? 'slower' : 'faster'
}
