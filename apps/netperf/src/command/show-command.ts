import type { Command } from 'commander'
import { readDocument, type SavedDocument } from '../documents/read-document.ts'
import { measuredIn, shownExperiment } from '../documents/shown-experiment.ts'
import { judged } from '../inference/judged.ts'
import { Results } from '../model/results.ts'
import { openFolder } from '../output/folder.ts'
import { print, printJson } from '../output/print.ts'
import type { Answer } from '../report/answer.ts'
import { answerText } from '../report/answer-text.ts'
import { csvText } from '../rows/csv.ts'
import { tableText } from '../rows/table.ts'
import { type FormatOptions, formatOf, formatOptions } from './format.ts'

interface ShowOptions extends FormatOptions {
  readonly out?: string
}

/** Gives `command` what `netperf show` is: it prints and draws documents again. */
export function showCommand(command: Command): Command {
  command
    .description('print and draw again what --json has printed: one file, or several together')
    .argument('<files...>')
    .option('--out <folder>', 'where pictures and page go (default: they are not drawn)')
    .action((files: readonly string[], options: ShowOptions) => show(files, options))
  for (const option of formatOptions()) command.addOption(option)
  return command
}

async function show(files: readonly string[], options: ShowOptions): Promise<void> {
  const documents = files.map(readDocument)
  const format = formatOf(options)
  if (options.out !== undefined) openFolder(options.out)
  const answer = answerOf(documents)
  const rows = answer.results.measured.map(({ row }) => row)
  const isPart = documents.some((each) => each.isPart)
  if (format === 'json') await printJson({ ...(isPart && { interrupted: true }), rows })
  else if (format === 'csv') await print(csvText(rows, isPart))
  else await print(textOf(documents, answer))
  if (options.out === undefined) return
  const { writeReport } = await import('../report/write-report.ts')
  process.stderr.write(`written: ${writeReport(answer, options.out).join(' ')}\n`)
}

/** The table of a run, or the answer of an experiment; several files beside each other. */
function textOf(documents: readonly SavedDocument[], answer: Answer): string {
  const [first] = documents
  if (documents.length > 1 || first?.experiment !== undefined) return answerText(answer)
  const table = tableText([answer.results.measured], 'baseline')
  return first?.isPart
    ? `${table}\nInterrupted: this is of a part of what was asked for.\n`
    : table
}

function answerOf(documents: readonly SavedDocument[]): Answer {
  const experiment = shownExperiment(documents)
  const results = new Results(measuredIn(documents))
  const isPart = documents.some((each) => each.isPart)
  const seed = String(results.measured[0]?.row.seed ?? 1)
  const findings = isPart ? [] : judged(experiment.findings(results))
  const part = isPart ? { done: 0, of: 0 } : undefined
  const command = documents.map(({ file }) => file).join(' ')
  return {
    experiment,
    effort: 'full',
    seed,
    results,
    findings,
    part,
    command: `netperf show ${command}`,
  }
}
