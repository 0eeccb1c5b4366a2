import { explorerOf, type Program } from '../explorer/program.ts'
import type { Failure, FailureKind } from '../engine/failure.ts'
import { showPlace } from '../runtime/places.ts'
import { Guided } from '../strategies/guided.ts'
import { showColumns } from './columns.ts'
import { Recorder, type Row } from './recorder.ts'
import { type Schedule, showSchedule } from '../strategies/schedule.ts'
import { shrink } from './shrink.ts'

/** A failure, explained. */
export interface FailureReport {
  readonly kind: FailureKind
  readonly message: string
  /** The thread in which it happened, if it did in one. */
  readonly thread: string | undefined
  /** `file:line:column` of what the thread did last, or an empty string. */
  readonly where: string
  /** Run `explore({ replay }, setup)` to see this execution again. */
  readonly replay: string
  /** Names of the threads, in the order of the columns. */
  readonly threads: readonly string[]
  readonly rows: readonly Row[]
  /** Steps that the rows show; a row may stand for several. */
  readonly steps: number
  /** Times that a thread was taken off although it could have gone on. */
  readonly preemptions: number
  /** What the failing thread or check threw, if it threw. */
  readonly error: unknown
  /** All of it as text: message, schedule in columns, replay string. */
  readonly text: string
}

/** Shortens the failing schedule, runs it once more and writes down what each step did. */
export function reportFailure(
  program: Program,
  failure: Failure,
  schedule: Schedule,
  isShrunk: boolean,
): FailureReport {
  const short = isShrunk ? shrink(program, failure, schedule) : { failure, schedule }
  const guided = new Guided(short.schedule)
  const explorer = explorerOf(program)
  const recorder = new Recorder(explorer.persistent)
  let names: string[] = []
  let helpers: boolean[] = []
  let seen = short.failure
  const budget = { executions: 1, stepsPerExecution: Infinity, isOver: () => false }
  explorer.explore(guided, budget, ({ execution, failure: again }) => {
    names = execution.threads.map((thread) => thread?.name ?? '')
    helpers = execution.threads.map((thread) => !thread || thread.isHelper)
    if (again !== undefined) seen = again
    return true
  })
  const { kind, message, error } = seen
  const marks = seen.thread === undefined ? [] : [{ thread: seen.thread, place: seen.place }]
  if (seen.other !== undefined) marks.push(seen.other)
  const { threads, rows } = withoutIdle(names, helpers, recorder.rows(marks))
  const report = {
    kind,
    message,
    thread: seen.thread === undefined ? undefined : names[seen.thread],
    where: seen.place === 0 ? '' : showPlace(seen.place),
    replay: showSchedule(guided.ran),
    threads,
    rows,
    steps: recorder.steps,
    preemptions: guided.preemptions,
    error,
  }
  return { ...report, text: showColumns(report) }
}

/** Leaves out threads that only serve others, if nothing of what they did is shown. */
function withoutIdle(
  names: readonly string[],
  helpers: readonly boolean[],
  rows: readonly Row[],
): { threads: string[]; rows: Row[] } {
  const columns = [...names.keys()].filter((id) => {
    return helpers[id] !== true || rows.some(({ thread }) => thread === id)
  })
  return {
    threads: columns.map((id) => names[id]!),
    rows: rows.map((row) => ({ ...row, thread: columns.indexOf(row.thread) })),
  }
}
