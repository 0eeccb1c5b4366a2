import type { Effort, Experiment } from '../model/experiment.ts'
import { Results } from '../model/results.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import { answerText } from '../report/answer-text.ts'
import { openFolder } from '../report/open-folder.ts'
import { seedFrom } from './job-options.ts'
import { print, printJson, untilSignal } from './until-signal.ts'

/** The options of `netperf experiment NAME`, as they were typed. */
export interface ExperimentOptions {
  readonly quick?: boolean
  readonly json?: boolean
  readonly out?: string
  readonly seed: string
}

/** Where reports go unless `--out` says otherwise. */
export const DEFAULT_OUT = 'netperf-results'

/**
 * Measures what the experiment needs, prints its tables and findings, and writes its pictures and
 * page. With `--json`, prints one document, and writes files only where `--out` asks for them.
 * Ctrl-C ends the measurement, and the answer is given from what there is by then.
 */
export async function runExperiment(
  experiment: Experiment,
  options: ExperimentOptions,
): Promise<void> {
  const { quick = false, json = false, seed } = options
  const out = options.out ?? (json ? undefined : DEFAULT_OUT)
  const effort: Effort = quick ? 'quick' : 'full'
  const jobs = experiment.jobs(effort, seedFrom(seed))
  if (out !== undefined) await openFolder(out)
  await untilSignal(async (signal) => {
    const came = await runPlan(jobs, makeProgress(process.stderr), signal)
    const results = new Results(came.flatMap((job) => job.rows))
    const findings = experiment.findings(results)
    const rows = results.measured.map(({ row }) => row)
    const answer = { experiment, effort, seed, results, findings }
    if (json) await printJson({ question: experiment.question, rows, findings })
    else await print(`\n${answerText(answer)}`)
    if (out === undefined) return
    // Loaded only here: what draws takes longer to load than the rest of the program.
    const { writeReport } = await import('../report/write-report.ts')
    const files = await writeReport(answer, out)
    process.stderr.write(`written: ${files.join(' ')}\n`)
  })
}
