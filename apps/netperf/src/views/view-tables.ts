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
      best[down]![column] ? pc.green(text) : text,
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

/** By which share figures may differ from the best that are as good. */
const ALIKE = 0.01

/**
 * Figures as text, by series and column, and which are best of their column: all that are as good
 * are, and none is where all are, or where it stands alone.
 */
export function cellsOf({ series, along, unit }: Panel): { cells: string[][]; best: boolean[][] } {
  const cells = series.map(({ points }) =>
    points.map((point) => (point ? formatted(point.row.median, unit) : '–')),
  )
  const isBestOf = along.map((_, column) => {
    const known = series.flatMap(({ points }) => points[column]?.row.median ?? [])
    const top = isLessBetter(unit) ? Math.min(...known) : Math.max(...known)
    const isAsGood = (figure: number) => Math.abs(figure - top) <= ALIKE * Math.abs(top)
    return known.every(isAsGood) ? () => false : isAsGood
  })
  const best = series.map(({ points }) =>
    along.map((_, column) => {
      const figure = points[column]?.row.median
      return figure !== undefined && isBestOf[column]!(figure)
    }),
  )
  return { cells, best }
}
