import { type Captured, type CaptureRow, captureRow } from '../model/captured.ts'
import type { Job } from '../model/job.ts'
import type { JobResult } from '../model/run-statistics.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import { statisticsText } from '../statistics/statistics-text.ts'
import { tableText } from '../rows/table.ts'
import { writeCapture } from './capture-file.ts'
import { print, printJson, untilSignal } from './until-signal.ts'

/**
 * Runs jobs and prints what was measured: a table, or one JSON document and nothing else. Ctrl-C
 * ends the measurement and prints what there is by then; a second one ends the program.
 */
export function execute(jobs: readonly Job[], json: boolean): Promise<void> {
  return untilSignal(async (signal) => {
    const came = await runPlan(jobs, makeProgress(process.stderr), signal)
    let captures: readonly CaptureRow[] = []
    let failure: unknown
    try {
      captures = came.flatMap(({ captured }, job) => written(jobs[job], captured))
    } catch (error) {
      failure = error
    }
    await show(jobs, came, captures, json)
    // What was measured is printed, also if the file that was to be written is not.
    if (failure !== undefined) throw failure
  })
}

function show(
  jobs: readonly Job[],
  came: readonly JobResult[],
  captures: readonly CaptureRow[],
  json: boolean,
): Promise<void> {
  const measured = came.map(({ rows }) => rows)
  const statistics = came.flatMap((job) => job.statistics)
  const { kernel = {} } = jobs[0] ?? {}
  const baselines = new Set(jobs.map(({ baseline }) => baseline))
  if (json) {
    const rows = measured.flat().map(({ row }) => row)
    return printJson({
      rows,
      ...(statistics.length > 0 && { statistics }),
      ...(captures.length > 0 && { captures }),
    })
  }
  const counted = statistics.map((each) => `\n${statisticsText(each, kernel)}`)
  const table = tableText(measured, [...baselines].join(' or '))
  return print(['', table].join('\n') + [...counted, ...captures.map(lineOf)].join(''))
}

/** Writes what was captured. Throws a UsageError for a file that cannot be written. */
function written(job: Job | undefined, captured: Captured | undefined): CaptureRow[] {
  if (job?.capture === undefined || captured === undefined) return []
  writeCapture(job.capture, captured.file)
  return [captureRow(job.capture, captured)]
}

function lineOf({ file, packets, links }: CaptureRow): string {
  const left = links.reduce((sum, { dropped }) => sum + dropped, 0)
  const names = links.map(({ name }) => name).join(', ')
  return `\n${file}: ${packets} packets of ${names}, ${left} left out; Wireshark opens it\n`
}
