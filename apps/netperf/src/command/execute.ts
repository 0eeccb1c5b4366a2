import type { Job } from '../model/job.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import { statisticsText } from '../statistics/statistics-text.ts'
import { tableText } from '../rows/table.ts'
import { print, printJson, untilSignal } from './until-signal.ts'

/**
 * Runs jobs and prints what was measured: a table, or one JSON document and nothing else. Ctrl-C
 * ends the measurement and prints what there is by then; a second one ends the program.
 */
export function execute(jobs: readonly Job[], json: boolean): Promise<void> {
  return untilSignal(async (signal) => {
    const came = await runPlan(jobs, makeProgress(process.stderr), signal)
    const measured = came.map(({ rows }) => rows)
    const statistics = came.flatMap((job) => job.statistics)
    const { kernel = {} } = jobs[0] ?? {}
    const baselines = new Set(jobs.map(({ baseline }) => baseline))
    if (json) {
      const rows = measured.flat().map(({ row }) => row)
      return printJson({ rows, ...(statistics.length > 0 && { statistics }) })
    }
    const counted = statistics.map((each) => `\n${statisticsText(each, kernel)}`)
    await print(`\n${tableText(measured, [...baselines].join(' or '))}${counted.join('')}`)
  })
}
