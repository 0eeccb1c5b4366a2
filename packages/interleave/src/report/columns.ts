import type { FailureKind } from '../engine/failure.ts'
import type { Row } from './recorder.ts'

interface Printed {
  readonly kind: FailureKind
  readonly message: string
  readonly thread: string | undefined
  readonly where: string
  readonly replay: string
  readonly threads: readonly string[]
  readonly rows: readonly Row[]
  readonly steps: number
  readonly preemptions: number
}

/** Columns are at least this wide, so that short schedules do not look cramped. */
const MIN_WIDTH = 18

/** A failing schedule as text: a column for each thread, the source line at the right. */
export function showColumns(report: Printed): string {
  const { threads, rows } = report
  const widths = threads.map((name, i) =>
    Math.max(MIN_WIDTH, name.length, ...rows.map((r) => (r.thread === i ? shown(r).length : 0))),
  )
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')
  const places = rows.map(({ file, line: n, column }) =>
    n === 0 ? '' : `${base(file)}:${n}:${column}`,
  )
  const placeWidth = Math.max(0, ...places.map((place) => place.length))
  const body = rows.map((row, i) => {
    const cells = threads.map((_, t) => (t === row.thread ? shown(row) : ''))
    return `${line(cells)}  ${places[i]!.padEnd(placeWidth)}  ${row.source}`.trimEnd()
  })
  const isSaid = report.message.includes(report.where)
  const where = isSaid ? '' : ` (${report.where})`
  const switches = report.preemptions === 1 ? '1 preemption' : `${report.preemptions} preemptions`
  return [
    `${report.kind}: ${report.message}${where}`,
    '',
    line(threads).trimEnd(),
    line(threads.map((_, i) => '─'.repeat(widths[i]!))),
    ...body,
    '',
    `${report.steps} steps, ${switches}; ` +
      `to run it again: explore({ replay: '${report.replay}' }, …)`,
  ].join('\n')
}

/** What a step did; what the failure is about is marked. */
function shown({ action, isMarked }: Row): string {
  return isMarked ? `${action} ◀` : action
}

function base(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}
