import type { Job } from '../plan/job.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import { tableText } from '../rows/table.ts'

/** The exit statuses that a shell gives programs which these signals ended. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const

type Signal = keyof typeof STATUS

/**
 * Runs jobs and prints what was measured: a table, or one JSON document and nothing else. Ctrl-C
 * ends the measurement and prints what there is by then; a second one ends the program.
 */
export async function execute(jobs: readonly Job[], json: boolean): Promise<void> {
  const abort = new AbortController()
  let status: number | undefined
  const onSignal = (signal: Signal) => {
    if (status !== undefined) process.exit(status)
    status = STATUS[signal]
    abort.abort()
  }
  const signals = Object.keys(STATUS) as Signal[]
  for (const signal of signals) process.on(signal, onSignal)
  try {
    const measured = await runPlan(jobs, makeProgress(process.stderr), abort.signal)
    const rows = measured.flat().map(({ row }) => row)
    await write(json ? `${JSON.stringify({ rows }, undefined, 2)}\n` : `\n${tableText(measured)}`)
    if (status !== undefined) process.exit(status)
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

/** Resolves when the text is out; a reader that went away, such as `head`, is no mistake. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once('error', () => resolve())
    process.stdout.write(text, () => resolve())
  })
}
