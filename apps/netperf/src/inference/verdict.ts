import { isDeepStrictEqual } from 'node:util'
import { spread } from '@smpnet/testing'
import { isLessBetter } from '../model/formatted.ts'
import { groupBy } from '../model/group-by.ts'
import type { Row } from '../model/row.ts'
import { type Difference, difference, geometricMean, type Sampling } from './difference.ts'

/** In one case of twenty, one of all rows of a comparison may be said to differ that does not. */
const OUTSIDE = 0.05

export type Verdict = 'faster' | 'slower' | 'more' | 'less' | 'no difference' | 'cannot tell'

/** The figures of the same thing on both sides. */
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

/**
 * Everything that both sides have, with what can be said of it beside all the others. A side may
 * have several rows of the same thing, of as many documents.
 */
export function compareRows(before: readonly Row[], after: readonly Row[]): Compared[] {
  const others = new Map(groupBy(after, keyOf).map((rows) => [keyOf(rows[0]!), rows]))
  const pairs = groupBy(before, keyOf).flatMap((rows) => {
    const other = others.get(keyOf(rows[0]!))
    return other === undefined ? [] : [[rows, other] as const]
  })
  return pairs.map(([rows, other]) => compared(rows, other, OUTSIDE / pairs.length))
}

function compared(rows: readonly Row[], others: readonly Row[], outside: number): Compared {
  const [before, after] = [together(rows), together(others)]
  if ([before, after].some(({ unsettled = 0, runs }) => unsettled > runs / 2)) {
    const why = 'most runs had not settled; a longer --duration may do'
    return { before, after, difference: undefined, verdict: 'cannot tell', why }
  }
  const sampling = samplingOf(rows, others)
  const isBeside = [...rows, ...others].every(isBesideBaseline)
  const figures = (side: readonly Row[]): readonly number[] => {
    const own = side.map((row) => figuresOf(row, isBeside))
    // What disturbs a host makes the figures of one document alike: they count as one.
    return sampling === 'apart' ? own.map(geometricMean) : own.flat()
  }
  const [one, other] = [figures(rows), figures(others)]
  const found = difference(one, other, outside, sampling === 'apart' ? 'independent' : sampling)
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
 * What is compared of a row. On a live machine what disturbs the host disturbs all variants: where
 * all rows have it, it is the speed beside the baseline of the same moment, and the figures are
 * where they have not.
 */
function figuresOf({ figures, ratios = [], unit }: Row, isBeside: boolean): readonly number[] {
  if (!isBeside) return figures
  return isLessBetter(unit) ? ratios.map((each) => 1 / each) : ratios
}

/** Whether it was measured beside a baseline that it is not itself. */
function isBesideBaseline({ ratios = [] }: Row): boolean {
  return ratios.some((each) => each !== 1)
}

/** Rows of the same thing as one, with the figures of all. */
function together(rows: readonly Row[]): Row {
  const [first] = rows as readonly [Row]
  if (rows.length === 1) return first
  const sum = (of: (row: Row) => number) => rows.reduce((all, row) => all + of(row), 0)
  const medians = rows.map(({ median }) => median)
  return {
    ...first,
    median: spread(medians).median,
    p99: Math.max(...rows.map(({ p99 }) => p99)),
    min: Math.min(...rows.map(({ min }) => min)),
    max: Math.max(...rows.map(({ max }) => max)),
    runs: sum(({ runs }) => runs),
    unsettled: sum(({ unsettled = 0 }) => unsettled),
    figures: rows.flatMap(({ figures }) => figures),
  }
}

/** Live figures of several documents on both sides are one of each document, and so `apart`. */
function samplingOf(rows: readonly Row[], others: readonly Row[]): Sampling | 'apart' {
  if (rows[0]!.machine === 'live') {
    return Math.min(rows.length, others.length) > 1 ? 'apart' : 'in time'
  }
  const seeds = (side: readonly Row[]) => side.map(({ seed, figures }) => [seed, figures.length])
  return isDeepStrictEqual(seeds(rows), seeds(others)) ? 'paired' : 'independent'
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((figure, run) => figure === other[run])
}

function verdictOf({ unit }: Row, { low, high }: Difference): Verdict {
  if (low <= 1 && high >= 1) return 'no difference'
  if (unit === 'share' || unit === 'each') return low > 1 ? 'more' : 'less'
  return low > 1 === isLessBetter(unit) ? 'slower' : 'faster'
}
