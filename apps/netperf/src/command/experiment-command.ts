import type { Effort, Experiment } from '../model/experiment.ts'
import type { Job } from '../model/job.ts'
import type { MachineKind } from '../model/row.ts'
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
import { given, seedFrom } from './job-options.ts'
import { print, printJson } from '../output/print.ts'
import { parseCount } from '../options/quantities.ts'
import { UsageError } from '../options/usage-error.ts'
import { wordOf } from '../options/words.ts'
import { varyMachines } from '../vary/vary-machines.ts'
import { untilSignal } from './until-signal.ts'

/** The options of `netperf experiment NAME`, as they were typed. */
export interface ExperimentOptions extends FormatOptions {
  readonly quick?: boolean
  readonly thorough?: boolean
  readonly out?: string
  readonly seed: string
  /** The only machine that is measured. */
  readonly machine?: string
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
  const machine = given(options.machine, machineNamed)
  const jobs = jobsOn(machine, experiment, experiment.jobs(effort, seedFrom(seed)))
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
      machine,
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

const machineNamed = wordOf<MachineKind>('machine', ['live', 'sim'])

/** The jobs of one machine, or all. Throws a UsageError where the experiment has none of it. */
function jobsOn(
  machine: MachineKind | undefined,
  { name }: Experiment,
  jobs: readonly Job[],
): readonly Job[] {
  if (machine === undefined) return jobs
  const found = jobs.filter((job) => job.machine === machine)
  if (found.length > 0) return found
  const other = machine === 'live' ? 'sim' : 'live'
  throw new UsageError(`expected --machine ${other} with experiment ${name}, got "${machine}"`)
}

const MACHINES = 8

function machinesOf({ vary, machine }: ExperimentOptions): number | undefined {
  if (vary === undefined) return undefined
  if (machine === 'live') throw new UsageError('expected --vary with --machine sim, got "live"')
  return vary === true ? MACHINES : parseCount(vary, { name: '--vary', least: 1, most: 1000 })
}
