import { readFileSync } from 'node:fs'
import type { Row } from '../model/row.ts'
import { UsageError } from '../options/usage-error.ts'

/** What `--json` has printed, as far as it is shown again. */
export interface SavedDocument {
  readonly file: string
  readonly rows: readonly Row[]
  readonly isPart: boolean
  /** The experiment that it is of; a run has none. */
  readonly experiment: string | undefined
  readonly command: string | undefined
}

/** What every row has, by its type. */
const FIELDS: Readonly<Record<string, string>> = {
  workload: 'string',
  machine: 'string',
  variant: 'string',
  metric: 'string',
  unit: 'string',
  cpus: 'number',
  median: 'number',
  p99: 'number',
  min: 'number',
  max: 'number',
  runs: 'number',
}

/** Reads a document that netperf has printed. Throws a UsageError that says what the file is. */
export function readDocument(file: string): SavedDocument {
  const saved = parsed(file, textOf(file))
  const { rows, interrupted, experiment, command } = saved as Record<string, unknown>
  if (!Array.isArray(rows)) throw refused(file, 'a document without rows')
  if (rows.length === 0) throw refused(file, 'a document in which nothing was measured')
  for (const [index, row] of rows.entries()) {
    const wrong = wrongField(row)
    if (wrong !== undefined) throw refused(file, `row ${index + 1} without ${wrong}`)
  }
  return {
    file,
    rows: rows.map((row: Row) => ({ ...row, figures: row.figures ?? [row.median] })),
    isPart: interrupted === true,
    experiment: typeof experiment === 'string' ? experiment : undefined,
    command: typeof command === 'string' ? command : undefined,
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw refused(file, (error as NodeJS.ErrnoException).code ?? String(error))
  }
}

function parsed(file: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    throw refused(file, 'what is no JSON')
  }
  throw refused(file, 'what is no object')
}

function wrongField(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null) return 'fields'
  const of = row as Record<string, unknown>
  const isList = (value: unknown) =>
    Array.isArray(value) && value.every((each) => typeof each === 'number')
  if (of['figures'] !== undefined && !isList(of['figures'])) return 'numbers as its "figures"'
  const wrong = Object.keys(FIELDS).find((name) => typeof of[name] !== FIELDS[name])
  return wrong === undefined ? undefined : `a ${FIELDS[wrong]} as its "${wrong}"`
}

function refused(file: string, came: string): UsageError {
  return new UsageError(
    `expected a document that netperf --json has printed, got ${came}: "${file}"`,
  )
}
