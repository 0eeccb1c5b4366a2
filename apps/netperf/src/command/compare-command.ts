import { existsSync } from 'node:fs'
import { readDocument } from '../documents/read-document.ts'
import { compareRows, keyOf } from '../inference/verdict.ts'
import { groupBy } from '../model/group-by.ts'
import type { Row } from '../model/row.ts'
import { UsageError } from '../options/usage-error.ts'
import { print, printJson } from '../output/print.ts'
import { comparisonText, summaryOf } from '../rows/comparison-text.ts'
import type { Format } from './format.ts'

/**
 * Prints what the documents of one side differ in from those of the other. A side is a file, or
 * several with commas between them, of runs that were made in turn with those of the other side.
 * Throws a UsageError when they have nothing in common.
 */
export async function compareFiles(
  [one, other]: readonly [string, string],
  format: Format,
): Promise<void> {
  const [before, after] = [sideOf(one), sideOf(other)]
  if (format === 'csv') throw new UsageError('expected --json or no option to compare, got --csv')
  const compared = compareRows(before, after)
  if (compared.length === 0) {
    throw new UsageError(`expected files with rows of the same kind, got "${one}" and "${other}"`)
  }
  const alone = [missing(before, after), missing(after, before)] as const
  const summary = summaryOf(compared, alone)
  if (format === 'json') return printJson({ files: [one, other], compared, summary })
  return print(comparisonText([one, other], compared, alone))
}

/** The rows of all documents of a side. */
function sideOf(files: string): readonly Row[] {
  const names = existsSync(files) ? [files] : files.split(',')
  const documents = names.map(readDocument)
  for (const { file, isPart } of documents) {
    if (isPart) throw new UsageError(`expected a run that was not interrupted, got "${file}"`)
  }
  const rows = documents.flatMap((document) => document.rows)
  expectOtherSeeds(rows)
  return rows
}

/** Runs with the same seeds are the same runs, and say nothing that one of them does not. */
function expectOtherSeeds(rows: readonly Row[]): void {
  const simulated = rows.filter(({ machine }) => machine === 'sim')
  for (const same of groupBy(simulated, keyOf)) {
    const seeds = same.flatMap(({ seed = 0, figures }) => figures.map((_, run) => seed + run))
    if (new Set(seeds).size === seeds.length) continue
    throw new UsageError(
      'expected simulated runs of one side to have other seeds each, got the same twice',
    )
  }
}

function missing(rows: readonly Row[], others: readonly Row[]): number {
  const keys = new Set(others.map(keyOf))
  return new Set(rows.map(keyOf).filter((key) => !keys.has(key))).size
}
