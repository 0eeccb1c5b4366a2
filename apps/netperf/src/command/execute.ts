import type { Job } from '../model/job.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import { tableText } from '../rows/table.ts'
import { print, printJson, untilSignal } from './until-signal.ts'

/**
 * Runs jobs and prints what was measured: a table, or one JSON document and nothing else. Ctrl-C
 * ends the measurement and prints what there is by then; a second one ends the program.
 */
export function execute(jobs: readonly Job[], json: boolean): Promise<void> {
  return untilSignal(async (signal) => {
    const measured = await runPlan(jobs, makeProgress(process.stderr), signal)
    const baseline = jobs[0]?.baseline ?? ''
    if (json) await printJson({ rows: measured.flat().map(({ row }) => row) })
    else await print(`\n${tableText(measured, baseline)}`)
  })
}
