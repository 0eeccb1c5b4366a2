import type { Job } from '../plan/job.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import { tableText } from '../rows/table.ts'

/** The exit status that a shell gives a program which Ctrl-C ended. */
const INTERRUPTED = 130

/**
 * Runs jobs and prints what was measured: a table, or one JSON document and nothing else. Ctrl-C
 * ends the measurement and prints what there is by then; a second one ends the program.
 */
export async function execute(jobs: readonly Job[], json: boolean): Promise<void> {
  const abort = new AbortController()
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(INTERRUPTED)
    abort.abort()
  }
  process.on('SIGINT', onInterrupt)
  try {
    const measured = await runPlan(jobs, makeProgress(process.stderr), abort.signal)
    const rows = measured.flat().map(({ row }) => row)
    const text = json ? `${JSON.stringify({ rows }, undefined, 2)}\n` : tableText(measured)
    await write(json ? text : `\n${text}`)
    if (abort.signal.aborted) process.exit(INTERRUPTED)
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()))
}
