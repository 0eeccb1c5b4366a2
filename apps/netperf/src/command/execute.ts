import { type Captured, type CaptureRow, captureRow } from '../model/captured.ts'
import type { Job } from '../model/job.ts'
import type { JobResult } from '../model/run-statistics.ts'
import { print, printJson } from '../output/print.ts'
import { runPlan } from '../plan/run-plan.ts'
import { makeProgress } from '../progress/progress.ts'
import { explainText } from '../statistics/explain-text.ts'
import { statisticsText } from '../statistics/statistics-text.ts'
import { csvText } from '../rows/csv.ts'
import { tableText } from '../rows/table.ts'
import { writeCapture } from './capture-file.ts'
import type { Format } from './format.ts'
import { distinct, printedShown, writePictures } from './shown.ts'
import { untilSignal } from './until-signal.ts'

const INTERRUPTED = 'Interrupted: what was asked for was not measured to its end.'

/**
 * Runs jobs and prints what was measured: a table, or one JSON document and nothing else. Ctrl-C
 * ends the measurement and prints what there is by then, which says so; a second one ends the
 * program.
 */
export function execute(jobs: readonly Job[], format: Format): Promise<void> {
  return untilSignal(async (signal) => {
    const came = await runPlan(jobs, makeProgress(process.stderr), signal)
    let captures: readonly CaptureRow[] = []
    let failure: unknown
    try {
      captures = came.flatMap(({ captured }, job) => written(jobs[job], captured))
      await writePictures(jobs)
    } catch (error) {
      failure = error
    }
    const shown = { jobs, came, captures, isPart: signal.aborted }
    await printed[format](shown)
    // What was measured is printed, also if the file that was to be written is not.
    if (failure !== undefined) throw failure
  })
}

interface Came {
  readonly jobs: readonly Job[]
  readonly came: readonly JobResult[]
  readonly captures: readonly CaptureRow[]
  readonly isPart: boolean
}

function documentOf({ jobs, came, captures, isPart }: Came): object {
  const statistics = came.flatMap((job) => job.statistics)
  const shown = distinct(jobs)
  return {
    command: ['netperf', ...process.argv.slice(2)].join(' '),
    ...(isPart && { interrupted: true }),
    rows: came.flatMap(({ rows }) => rows.map(({ row }) => row)),
    ...(statistics.length > 0 && { statistics }),
    ...(captures.length > 0 && { captures }),
    ...(shown.length > 0 && {
      files: shown.map(({ notes, rows }) => ({ notes, rows: rows.map(({ row }) => row) })),
    }),
  }
}

const printed: Readonly<Record<Format, (shown: Came) => Promise<void>>> = {
  text: show,
  json: (shown) => printJson(documentOf(shown)),
  csv: ({ came, isPart }) => {
    const rows = came.flatMap((job) => job.rows.map(({ row }) => row))
    return print(csvText(rows, isPart))
  },
}

async function show({ jobs, came, captures, isPart }: Came): Promise<void> {
  const { kernel = {} } = jobs[0] ?? {}
  const baselines = new Set(jobs.map(({ baseline }) => baseline))
  const measured = came.map(({ rows }) => rows)
  if (measured.flat().length === 0) {
    process.stderr.write('nothing was measured\n')
    return
  }
  const counted = came.flatMap((job) => job.statistics.map((each) => statisticsText(each, kernel)))
  const table = tableText(measured, [...baselines].join(' or '))
  const all = came.flatMap((job) => job.statistics)
  const explained = kernel.explains ? explainText(all) : undefined
  const parts = [
    table,
    ...printedShown(jobs),
    ...(explained ? [explained] : []),
    ...counted,
    ...captures.map(lineOf),
    ...(isPart ? [INTERRUPTED] : []),
  ]
  await print(`${parts.map((part) => part.trimEnd()).join('\n\n')}\n`)
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
  return `${file}: ${packets} packets of ${names}, ${left} left out; Wireshark opens it`
}
