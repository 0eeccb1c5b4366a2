import os from 'node:os'
import { stripVTControlCharacters } from 'node:util'
import { formatRatio, spread } from '@smpnet/testing'
import pc from 'picocolors'
import { formatted, variantText } from '../model/formatted.ts'
import { groupBy } from '../model/group-by.ts'
import { plainTable } from './plain-table.ts'
import type { Measured, Row } from '../model/row.ts'
import { wrapped } from '../output/wrapped.ts'

const ALIGNS = ['left', 'left', 'right', 'left', 'right', 'right', 'left', 'right'] as const
const AT_VARIANT = 3
const HEAD = ['workload', 'machine', 'cpus', 'variant', 'median', 'p99', 'spread']

/** All rows as text for a terminal: the live ones first, each machine under a line of its own. */
export function tableText(
  jobs: readonly (readonly Measured[])[],
  baseline: string,
  columns = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const machines = ['live', 'sim'] as const
  const parts = machines.map((machine) => {
    const own = jobs.filter(([first]) => first?.row.machine === machine)
    return own.length > 0 ? machineText(machine, own, baseline, columns) : ''
  })
  const text = parts.filter((part) => part !== '').join('\n')
  return text
}

function machineText(
  machine: Row['machine'],
  jobs: readonly (readonly Measured[])[],
  baseline: string,
  columns: number,
): string {
  const first = jobs[0]?.[0]?.row as Row
  const live = machine === 'live'
  const head = [...HEAD, live ? `× ${baseline}` : '× fewest cpus']
  const body: string[][] = []
  const rows = jobs.flat().map(({ row }) => row)
  const groups = groupBy(jobs.flat(), ({ row: { workload, metric, cpus } }) => {
    return `${workload} ${metric} ${live ? cpus : ''}`
  })
  groups.forEach((group, index) => {
    if (index > 0) body.push([])
    for (const measured of group) body.push(cells(measured, live ? undefined : rows))
  })
  return `${title(first)}\n\n${fitting(head, body, columns)}\n${unsettledText(rows, columns)}`
}

/** What is to be said of figures that had not settled when their time was over. */
function unsettledText(rows: readonly Row[], columns: number): string {
  const names = rows.filter(({ unsettled }) => unsettled !== undefined).map(variantText)
  if (names.length === 0) return ''
  const list = [...new Set(names)].join('; ')
  const text = `Not settled when the time was over (a longer --duration may do): ${list}.`
  return `\n${wrapped(text, '', '', Math.min(columns, 96))}\n`
}

/** A table that is wider than the terminal has a line for each setting of a variant. */
function fitting(
  head: readonly string[],
  body: readonly (readonly string[])[],
  columns: number,
): string {
  const wide = plainTable(head, body, ALIGNS)
  if (widthOf(wide) <= columns) return wide
  const split = body.map((row) => row.map((text, at) => (at === AT_VARIANT ? broken(text) : text)))
  const narrower = plainTable(head, split, ALIGNS)
  return widthOf(narrower) <= columns ? narrower : records(head, body, columns)
}

/** Each row under a line of its own, for terminals that are narrower than any table. */
function records(
  head: readonly string[],
  body: readonly (readonly string[])[],
  columns: number,
): string {
  const lines = body.map((row) => {
    if (row.length === 0) return ''
    const figures = row.slice(AT_VARIANT + 1).map((text, at) => {
      const name = head[AT_VARIANT + 1 + at] as string
      return name.startsWith('×') ? `${text} ${name.slice(2)}` : `${name} ${text}`
    })
    const title = `${row[0]}, ${row[1]}, ${row[2]} CPUs: ${row[AT_VARIANT]}`
    const text = wrapped(figures.join(', '), '  ', '  ', columns)
    return `${wrapped(title, '', '  ', columns)}\n${text}`
  })
  return lines.join('\n')
}

function broken(text: string): string {
  return text.replaceAll(', ', ',\n')
}

function widthOf(table: string): number {
  const lines = stripVTControlCharacters(table).split('\n')
  return Math.max(...lines.map((line) => line.length))
}

function title(row: Row): string {
  if (row.machine === 'sim') return pc.bold(`simulated: profile ${row.profile}, seed ${row.seed}`)
  const cpus = os.cpus()
  const host = `${cpus[0]?.model ?? 'unknown CPU'}, ${cpus.length} cores, Node ${process.version}`
  const bound = row.on === undefined ? 'on any core' : 'each CPU bound to a core'
  return pc.bold(`live: ${host}, ${bound}`)
}

function cells({ row }: Measured, simulated: readonly Row[] | undefined): string[] {
  const figure = (value: number) => formatted(value, row.unit)
  const ratio = row.ratios && spread(row.ratios).median
  const shown = simulated ? scaling(row, simulated) : ratio
  const plain = [
    `${row.workload} ${row.metric}`,
    row.machine,
    String(row.cpus),
    variantText(row),
    figure(row.median),
    figure(row.p99),
    row.runs > 1 ? `${figure(row.min)} – ${figure(row.max)}` : 'one run',
    shown === undefined ? '–' : formatRatio(shown),
  ]
  return row.variant === 'smpnet' && !simulated ? plain.map((text) => pc.green(text)) : plain
}

/** Speed beside the same workload on the fewest simulated CPUs; shares and counts are no speed. */
function scaling(row: Row, rows: readonly Row[]): number | undefined {
  if (row.unit === 'share' || row.unit === 'each') return undefined
  const same = rows.filter(
    (other) =>
      other.workload === row.workload &&
      other.metric === row.metric &&
      variantText(other) === variantText(row),
  )
  const base = same.reduce((least, other) => (other.cpus < least.cpus ? other : least), row)
  return row.unit === 'ns' ? base.median / row.median : row.median / base.median
}
