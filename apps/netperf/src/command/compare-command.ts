import { readDocument } from '../documents/read-document.ts'
import { compareRows, keyOf } from '../inference/verdict.ts'
import type { Row } from '../model/row.ts'
import { UsageError } from '../options/usage-error.ts'
import { print, printJson } from '../output/print.ts'
import { comparisonText, summaryOf } from '../rows/comparison-text.ts'
import type { Format } from './format.ts'

/** Prints what two documents differ in. Throws a UsageError when they have nothing in common. */
export async function compareFiles(
  [one, other]: readonly [string, string],
  format: Format,
): Promise<void> {
  const [before, after] = [readDocument(one), readDocument(other)]
  for (const { file, isPart } of [before, after]) {
    if (isPart) throw new UsageError(`expected a run that was not interrupted, got "${file}"`)
  }
  if (format === 'csv') throw new UsageError('expected --json or no option to compare, got --csv')
  const compared = compareRows(before.rows, after.rows)
  if (compared.length === 0) {
    throw new UsageError(`expected files with rows of the same kind, got "${one}" and "${other}"`)
  }
  const alone = [missing(before.rows, after.rows), missing(after.rows, before.rows)] as const
  const summary = summaryOf(compared, alone)
  if (format === 'json') return printJson({ files: [one, other], compared, summary })
  return print(comparisonText([one, other], compared, alone))
}

function missing(rows: readonly Row[], others: readonly Row[]): number {
  const keys = new Set(others.map(keyOf))
  return rows.filter((row) => !keys.has(keyOf(row))).length
}
