import pc from 'picocolors'
import { formatted, isLessBetter } from '../model/formatted.ts'
import { plainTable } from '../rows/plain-table.ts'
import type { Measured } from '../model/row.ts'
import { arrange, namedTitles, type Panel, shown, type View } from '../model/view.ts'

/** A view's panels as text for a terminal, one table below the other; the best of a column bold. */
export function viewTables(view: View, measured: readonly Measured[]): string {
  const panels = arrange(view, measured)
  return panels.map((panel) => `${title(view, panel)}\n\n${table(view, panel)}\n`).join('\n')
}

function title(view: View, { titles }: Panel): string {
  return pc.bold([view.title, ...namedTitles(view, titles)].join(', '))
}

function table(view: View, panel: Panel): string {
  const { cells, best } = cellsOf(panel)
  const body = panel.series.map(({ name }, down) => [
    name,
    ...(cells[down] as string[]).map((text, column) =>
      best[column] === down ? pc.green(text) : text,
    ),
  ])
  const { label } = view.along
  const columns = panel.along.map((value) => shown(view.along, value))
  const head = [
    '',
    ...columns.map((text, index) => (index === 0 ? `${label} ${text}` : text).trim()),
  ]
  return plainTable(head, body, ['left', ...columns.map(() => 'right' as const)])
}

/** Figures as text, by series and column, and which series is best in each column. */
export function cellsOf({ series, along, unit }: Panel): { cells: string[][]; best: number[] } {
  const cells = series.map(({ points }) =>
    points.map((point) => (point ? formatted(point.row.median, unit) : '–')),
  )
  const best = along.map((_, column) => {
    const figures = series.map(({ points }) => points[column]?.row.median)
    const known = figures.filter((figure) => figure !== undefined)
    return figures.indexOf(isLessBetter(unit) ? Math.min(...known) : Math.max(...known))
  })
  return { cells, best }
}
