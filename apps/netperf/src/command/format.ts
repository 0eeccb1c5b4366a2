import { Option } from 'commander'
import { UsageError } from '../options/usage-error.ts'

/** How results are printed: for a reader, or for a program. */
export type Format = 'text' | 'json' | 'csv'

export interface FormatOptions {
  readonly json?: boolean
  readonly csv?: boolean
}

export function formatOptions(): Option[] {
  return [
    new Option(
      '--json',
      'print one JSON document, with the figure of every run, and nothing else',
    ),
    new Option('--csv', 'print rows as comma-separated values, and nothing else'),
  ]
}

/** Throws a UsageError for both at once. */
export function formatOf({ json = false, csv = false }: FormatOptions): Format {
  if (json && csv) throw new UsageError('expected --json or --csv, got both')
  if (json) return 'json'
  return csv ? 'csv' : 'text'
}
