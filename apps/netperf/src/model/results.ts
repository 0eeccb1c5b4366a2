import { type Estimate, estimate, formatRatio } from '@smpnet/testing'
import { formatted, isLessBetter } from './formatted.ts'
import type { Labels, Measured, MachineKind, Row } from './row.ts'

/** Which rows are meant: those that have every value that is given. */
export interface Query {
  readonly workload?: string
  readonly metric?: string
  readonly variant?: string
  readonly machine?: MachineKind
  readonly profile?: string
  readonly cpus?: number
  readonly settings?: Labels
}

/** What an experiment measured, to be asked. It may be cut short: anything may be missing. */
export class Results {
  constructor(readonly measured: readonly Measured[]) {}

  all(query: Query): Measured[] {
    return this.measured.filter(({ row }) => answers(row, query))
  }

  /** The only row of the query. Throws an Error when it leaves a choice. */
  find(query: Query): Measured | undefined {
    const [found, other] = this.all(query)
    if (other === undefined) return found
    throw new Error(`expected one row of ${JSON.stringify(query)}, got several`)
  }

  /** The values of one thing that rows of the query differ in, in their order. */
  values<T>(query: Query, of: (row: Row) => T): T[] {
    return [...new Set(this.all(query).map(({ row }) => of(row)))]
  }

  /** The most CPUs that the query's rows have. */
  mostCpus(query: Query): number {
    return Math.max(...this.values(query, ({ cpus }) => cpus))
  }

  /** One CPU and the most, or one alone. */
  oneAndMostCpus(query: Query): number[] {
    return [...new Set([1, this.mostCpus(query)])]
  }

  /** The machines on which a workload was simulated. */
  profilesOf(workload: string): string[] {
    return this.values({ workload, machine: 'sim' }, ({ profile }) => profile as string)
  }
}

function answers(row: Row, { settings = {}, ...rest }: Query): boolean {
  const same = Object.entries(rest).every(([key, value]) => row[key as keyof Row] === value)
  return same && Object.entries(settings).every(([name, value]) => row.settings?.[name] === value)
}

/** How many times as large one figure is as another, run by run: runs of one seed or round. */
export function ratio(over: Measured, under: Measured): Estimate {
  const runs = Math.min(over.figures.length, under.figures.length)
  const ratios = Array.from({ length: runs }, (_, run) => {
    return (over.figures[run] as number) / (under.figures[run] as number)
  })
  return estimate(ratios)
}

/** The one of several figures that is best: the least time, or the highest rate. */
export function best(measured: readonly Measured[]): Measured | undefined {
  const sorted = measured.toSorted(({ row: a }, { row: b }) => a.median - b.median)
  return sorted.at(sorted[0] && isLessBetter(sorted[0].row.unit) ? 0 : -1)
}

/** `12.3× (11.9–12.8)`, or without the interval where it has no width. */
export function ratioText(ratios: Estimate): string {
  if (!isOpen(ratios)) return intervalText(ratios, formatRatio)
  return `no measurement (${formatRatio(ratios.low)}–${formatRatio(ratios.high)})`
}

/** By so much the ends of an interval may differ that leaves open which of two is larger. */
const OPEN = 4

/** Whether nothing can be learned from a ratio: not which is larger, nor that they are alike. */
function isOpen({ low, high }: Estimate): boolean {
  return low <= 1 && high >= 1 && high > OPEN * low
}

/** `1.23 µs (1.20 µs–1.25 µs)`. */
export function figureText({ row, figures }: Measured): string {
  return intervalText(estimate(figures), (value) => formatted(value, row.unit))
}

function intervalText({ median, low, high }: Estimate, text: (value: number) => string): string {
  const [middle, least, most] = [median, low, high].map(text) as [string, string, string]
  return least === most ? middle : `${middle} (${least}–${most})`
}

/** `12.3 % (11.9 %–12.5 %)` of a share from 0 to 1. */
export function percentText(share: Estimate): string {
  return intervalText(share, (value) => formatted(value, 'share'))
}
