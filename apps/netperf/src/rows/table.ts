import os from 'node:os'
import { formatBytesPerSecond, formatCount, formatNs, formatRatio } from '@smpnet/testing'
import Table from 'cli-table3'
import pc from 'picocolors'
import type { Measured, Row } from './row.ts'

const HEAD = ['workload', 'machine', 'cpus', 'variant', 'median', 'p99', 'spread']

const LINES = ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'mid-mid', 'right-mid']
const CORNERS = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right']

/** Space between columns instead of lines: a table that can be pasted anywhere. */
const NO_LINES = Object.fromEntries([...LINES, ...CORNERS].map((part) => [part, '']))

/** All rows as text for a terminal: the live ones first, each machine under a line of its own. */
export function tableText(jobs: readonly (readonly Measured[])[]): string {
  const machines = ['live', 'sim'] as const
  const parts = machines.map((machine) => {
    const own = jobs.filter(([first]) => first?.row.machine === machine)
    return own.length > 0 ? machineText(machine, own) : ''
  })
  const text = parts.filter((part) => part !== '').join('\n')
  return text === '' ? 'nothing was measured\n' : text
}

function machineText(machine: Row['machine'], jobs: readonly (readonly Measured[])[]): string {
  const first = jobs[0]?.[0]?.row as Row
  const live = machine === 'live'
  const table = new Table({
    head: [...HEAD, live ? '× node-tcp' : '× fewest cpus'].map((text) => pc.bold(text)),
    chars: { ...NO_LINES, middle: ' ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1, compact: true },
    colAligns: ['left', 'left', 'right', 'left', 'right', 'right', 'left', 'right'],
  })
  const rows = jobs.flat().map(({ row }) => row)
  const groups = groupBy(jobs.flat(), ({ row: { workload, metric, cpus } }) => {
    return `${workload} ${metric} ${live ? cpus : ''}`
  })
  groups.forEach((group, index) => {
    if (index > 0) table.push([])
    for (const measured of group) table.push(cells(measured, live ? undefined : rows))
  })
  return `${title(first)}\n\n${trimmed(table.toString())}\n`
}

function title(row: Row): string {
  if (row.machine === 'sim') return pc.bold(`simulated: profile ${row.profile}, seed ${row.seed}`)
  const cpus = os.cpus()
  const host = `${cpus[0]?.model ?? 'unknown CPU'}, ${cpus.length} cores, Node ${process.version}`
  return pc.bold(`live: ${host}`)
}

function cells({ row, ratio }: Measured, simulated: readonly Row[] | undefined): string[] {
  const figure = (value: number) => formatted(value, row.unit)
  const shown = simulated ? scaling(row, simulated) : ratio
  const plain = [
    `${row.workload} ${row.metric}`,
    row.machine,
    String(row.cpus),
    row.variant,
    figure(row.median),
    figure(row.p99),
    row.runs > 1 ? `${figure(row.min)} – ${figure(row.max)}` : 'one run',
    shown === undefined ? '–' : formatRatio(shown),
  ]
  return row.variant === 'smpnet' && !simulated ? plain.map((text) => pc.green(text)) : plain
}

/** Speed relative to the same workload on the fewest simulated CPUs. */
function scaling(row: Row, rows: readonly Row[]): number | undefined {
  const same = rows.filter(
    ({ workload, metric, variant }) =>
      workload === row.workload && metric === row.metric && variant === row.variant,
  )
  const base = same.reduce((least, other) => (other.cpus < least.cpus ? other : least), row)
  return row.unit === 'ns' ? base.median / row.median : row.median / base.median
}

function formatted(value: number, unit: Row['unit']): string {
  if (unit === 'ns') return formatNs(value)
  return unit === 'B/s' ? formatBytesPerSecond(value) : `${formatCount(value)}/s`
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return [...groups.values()]
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
