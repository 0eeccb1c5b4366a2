import type { Effort, Experiment } from '../model/experiment.ts'
import { judged } from '../inference/judged.ts'
import { Results } from '../model/results.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import type { Answer } from '../report/answer.ts'
import { answerDocument } from '../report/answer-document.ts'
import { answerText } from '../report/answer-text.ts'
import { openFolder } from '../output/folder.ts'
import { csvText } from '../rows/csv.ts'
import { type Format, type FormatOptions, formatOf } from './format.ts'
import { seedFrom } from './job-options.ts'
import { print, printJson } from '../output/print.ts'
import { parseCount } from '../options/quantities.ts'
import { UsageError } from '../options/usage-error.ts'
import { varyMachines } from '../vary/vary-machines.ts'
import { untilSignal } from './until-signal.ts'

/** The options of `netperf experiment NAME`, as they were typed. */
export interface ExperimentOptions extends FormatOptions {
  readonly quick?: boolean
  readonly thorough?: boolean
  readonly out?: string
  readonly seed: string
  /** How many other machines; true for the usual number. */
  readonly vary?: string | true
}

const printed: Readonly<Record<Format, (answer: Answer) => Promise<void>>> = {
  text: (answer) => print(answerText(answer)),
  json: (answer) => printJson(answerDocument(answer)),
  csv: ({ results, part }) => {
    const rows = results.measured.map(({ row }) => row)
    return print(csvText(rows, part !== undefined))
  },
}

/** Where reports go unless `--out` says otherwise. */
export const DEFAULT_OUT = 'netperf-results'

/**
 * Measures what the experiment needs, prints its tables and findings, and writes its pictures and
 * page. With `--json`, prints one document, and writes files only where `--out` asks for them.
 * Ctrl-C ends the measurement: then tables and pictures say that they are of a part, their files
 * stand beside those of a whole run, and nothing is found.
 */
export async function runExperiment(
  experiment: Experiment,
  options: ExperimentOptions,
): Promise<void> {
  const { seed } = options
  const format = formatOf(options)
  const out = options.out ?? (format === 'text' ? DEFAULT_OUT : undefined)
  const machines = machinesOf(options)
  const effort = effortOf(options)
  const jobs = experiment.jobs(effort, seedFrom(seed))
  if (out !== undefined) openFolder(out)
  await untilSignal(async (signal) => {
    const progress = makeProgress(process.stderr)
    const came = await runPlan(jobs, progress, signal)
    const results = new Results(came.flatMap((job) => job.rows))
    const isPart = signal.aborted
    // What a part of the plan seems to say is often the contrary of what the whole says.
    const exhibits = isPart ? [] : ((await experiment.exhibits?.(effort)) ?? [])
    const shownBy = exhibits.flatMap((exhibit) => exhibit.findings)
    const findings = isPart ? [] : judged([...shownBy, ...experiment.findings(results)])
    const part = isPart ? { done: came.length, of: jobs.length } : undefined
    const survival =
      machines === undefined || isPart
        ? undefined
        : await varyMachines(experiment, machines, seedFrom(seed), progress, signal)
    const answer: Answer = {
      experiment,
      effort,
      seed,
      results,
      findings,
      exhibits,
      survival,
      part,
    }
    // Loaded only here: what draws takes longer to load than the rest of the program.
    const { writeReport } = await import('../report/write-report.ts')
    const shown = printed[format](answer)
    const files = out === undefined ? [] : writeReport(answer, out)
    if (files.length > 0) process.stderr.write(`written: ${files.join(' ')}\n`)
    await shown
  })
}

/** Throws a UsageError for a plan that is to be quick and thorough. */
function effortOf({ quick = false, thorough = false }: ExperimentOptions): Effort {
  if (quick && thorough) throw new UsageError('expected --quick or --thorough, got both')
  if (thorough) return 'thorough'
  return quick ? 'quick' : 'full'
}

const MACHINES = 8

function machinesOf({ vary }: ExperimentOptions): number | undefined {
  if (vary === undefined) return undefined
  return vary === true ? MACHINES : parseCount(vary, { name: '--vary', least: 1, most: 1000 })
}
