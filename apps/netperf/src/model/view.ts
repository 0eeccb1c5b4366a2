import { cpusText } from './formatted.ts'
import { groupBy } from './group-by.ts'
import type { Measured, Row } from './row.ts'

/**
 * A look at measured rows: those of one metric, as series over an axis, in panels. The same view is
 * printed as tables, one for each panel, and drawn as a picture with a panel for each.
 */
export interface View {
  readonly title: string
  readonly workload: string
  readonly metric: string
  /** Rows that belong to it beside workload and metric; all when absent. */
  readonly of?: (row: Row) => boolean
  /** Whether the 99th percentile is shown, in the place of the median. */
  readonly isTail?: boolean
  /** What series differ in. */
  readonly series: Dimension
  /** What stands along the axis: numbers are drawn to scale, words in the order of the rows. */
  readonly along: Dimension
  /** What panels differ in: from row to row and from column to column; one, in columns alone. */
  readonly panels: readonly Dimension[]
}

/** Something that rows differ in. */
export interface Dimension {
  /** What its values are, as a table's head says it: `CPUs`. */
  readonly label: string
  of(row: Row): string | number
  /** A value as it is shown. */
  text?(value: string | number): string
}

export const CPUS: Dimension = { label: 'CPUs', of: ({ cpus }) => cpus }

/** CPUs where they do not stand along an axis of their own. */
export const CPU_COUNT: Dimension = { label: '', of: ({ cpus }) => cpusText(cpus) }

export const VARIANT: Dimension = { label: '', of: ({ variant }) => variant }

export const METRIC: Dimension = { label: '', of: ({ metric }) => metric }

/** The machine that was simulated, or the one that this ran on. */
export const PLACE: Dimension = {
  label: 'machine',
  of: ({ machine, profile }) => (machine === 'live' ? 'this computer' : (profile as string)),
}

/** A setting that rows have a label of, such as `writes`. */
export function setting(name: string, text?: Dimension['text']): Dimension {
  return { label: name, of: ({ settings }) => settings?.[name] ?? '–', ...(text && { text }) }
}

/** One panel of a view, with its rows in order. */
export interface Panel {
  /** A value for each of the view's panel dimensions, as it is shown. */
  readonly titles: readonly string[]
  readonly unit: Row['unit']
  readonly along: readonly (string | number)[]
  readonly series: readonly Series[]
}

export interface Series {
  readonly name: string
  /** One for each value along the axis, unless that was not measured. */
  readonly points: readonly (Measured | undefined)[]
}

/** The view's panels over what was measured; none when nothing of it was. */
export function arrange(view: View, measured: readonly Measured[]): Panel[] {
  const all = measured.filter(({ row }) => belongs(view, row))
  const own = view.isTail === true ? all.map(tailOf) : all
  const groups = groupBy(own, ({ row }) => titlesOf(view, row).join('\n'))
  return groups.map((group) => panel(view, group))
}

function belongs({ workload, metric, of }: View, row: Row): boolean {
  return row.workload === workload && row.metric === metric && (of === undefined || of(row))
}

/** The 99th percentile as a figure of its own. */
function tailOf({ row, ...rest }: Measured): Measured {
  const { p99 } = row
  return { ...rest, row: { ...row, median: p99, min: p99, max: p99 }, figures: [p99] }
}

function titlesOf({ panels }: View, row: Row): string[] {
  return panels.map((dimension) => shown(dimension, dimension.of(row)))
}

function panel(view: View, group: readonly Measured[]): Panel {
  const { row } = group[0] as Measured
  const along = valuesOf(view.along, group)
  const series = valuesOf(view.series, group).map((name) => {
    const own = group.filter((each) => view.series.of(each.row) === name)
    const points = along.map((value) => own.find((each) => view.along.of(each.row) === value))
    return { name: shown(view.series, name), points }
  })
  return { titles: titlesOf(view, row), unit: row.unit, along, series }
}

/** The values of a dimension: numbers ascending, words as they come. */
function valuesOf(dimension: Dimension, rows: readonly Measured[]): (string | number)[] {
  const values = [...new Set(rows.map(({ row }) => dimension.of(row)))]
  return values.every((value) => typeof value === 'number')
    ? values.toSorted((a, b) => a - b)
    : values
}

/** A value of a dimension as tables and pictures show it. */
export function shown({ text }: Dimension, value: string | number): string {
  return text ? text(value) : String(value)
}

/** The panel's values with what they are: `writes 1 %`. A machine speaks for itself. */
export function namedTitles({ panels }: View, titles: readonly string[]): string[] {
  return titles.map((text, index) => {
    const { label = '' } = panels[index] ?? {}
    return label === 'machine' || label === '' ? text : `${label} ${text}`
  })
}
