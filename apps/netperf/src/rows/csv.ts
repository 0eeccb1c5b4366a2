import type { Row } from '../model/row.ts'

/** Columns that every row has or leaves empty; settings have columns of their own between. */
const BEFORE = ['workload', 'machine', 'profile', 'seed', 'variant', 'cpus'] as const
const AFTER = ['metric', 'unit', 'median', 'p99', 'min', 'max', 'runs'] as const

/** Rows as comma-separated values with a head (RFC 4180); the figure of each run is in the last. */
export function csvText(rows: readonly Row[], isPart = false): string {
  const names = [...new Set(rows.flatMap(({ settings = {} }) => Object.keys(settings)))]
  const head = [...BEFORE, ...names, ...AFTER, 'interrupted', 'figures']
  const lines = rows.map((row) => [
    ...BEFORE.map((name) => row[name]),
    ...names.map((name) => row.settings?.[name]),
    ...AFTER.map((name) => row[name]),
    isPart ? 'yes' : 'no',
    row.figures.join(' '),
  ])
  return [head, ...lines].map((line) => `${line.map(quoted).join(',')}\r\n`).join('')
}

function quoted(value: string | number | undefined): string {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
