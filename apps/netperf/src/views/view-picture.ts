import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { Measured, Row } from '../model/row.ts'
import { evenTicks, figureTicks, tickText } from './figure-ticks.ts'
import { COLOURS, framed, HEAD_HEIGHT } from './picture-frame.ts'
import { arrange, namedTitles, type Panel, shown, type View } from '../model/view.ts'

/** A figure where it stands in the picture, with the smallest and largest of its runs. */
interface Mark {
  readonly along: string | number
  readonly median: number
  readonly least: number
  readonly most: number
  readonly series: string
  readonly row: string
  readonly column: string
}

const PANEL = { width: 250, height: 170 }
/** Around all panels: axes to the left and below, the names of rows to the right. */
const MARGIN = { left: 84, right: 110, bottom: 44 }
const LINE_HEIGHT = 18
/** About what a character takes of a line, in pixels: of an axis, and of a title. */
const CHARACTER = { axis: 6, title: 8.5 }

/**
 * The view as one SVG document: a panel for each, both scales the same in all of them, the one of
 * figures logarithmic unless they are counts, with a bar from the smallest to the largest run.
 * Nothing when nothing was measured.
 */
export function viewPicture(view: View, measured: readonly Measured[]): string | undefined {
  const panels = arrange(view, measured)
  const [first] = panels
  if (first === undefined) return undefined
  const marks = panels.flatMap((panel) => marksOf(view, panel))
  const names = [...new Set(marks.map(({ series }) => series))]
  const isToScale = first.along.every((value) => typeof value === 'number')
  const draw = isToScale ? lines : dots
  const plot = Plot.plot({
    ...draw(marks, figureScale(marks, first.unit), view.along.label),
    ...panelled(view.title, marks, isToScale),
    color: { domain: names, range: COLOURS },
  })
  return framed(view.title, names, plot.outerHTML)
}

function marksOf(view: View, panel: Panel): Mark[] {
  const titles = namedTitles(view, panel.titles)
  const [row = '', column = ''] = titles.length === 1 ? ['', ...titles] : titles
  return panel.series.flatMap(({ name, points }) =>
    points.flatMap((point, index) => {
      if (point === undefined) return []
      const { median, min, max } = point.row
      const value = panel.along[index] as string | number
      const along = typeof value === 'number' ? value : shown(view.along, value)
      return [{ along, median, least: min, most: max, series: name, row, column }]
    }),
  )
}

type Draw = (marks: readonly Mark[], scale: Plot.ScaleOptions, label: string) => Plot.PlotOptions

/** Lines along numbers, for CPUs and the like. */
const lines: Draw = (marks, scale, label) => {
  const at = { x: 'along', stroke: 'series', fx: 'column', fy: 'row' }
  const values = [...new Set(marks.map(({ along }) => along as number))]
  const x = { type: 'log', base: 2, label, labelAnchor: 'center', ticks: values } as const
  return {
    x: { ...x, tickFormat: String },
    y: scale,
    marks: [
      Plot.frame({ stroke: '#bbb' }),
      Plot.gridY(scale.ticks as number[]),
      Plot.ruleX(marks, { ...at, y1: 'least', y2: 'most', strokeOpacity: 0.5 }),
      Plot.lineY(marks, { ...at, y: 'median', z: 'series', strokeWidth: 1.5 }),
      Plot.dot(marks, { ...at, y: 'median', r: 2, fill: 'series' }),
    ],
  }
}

/** A dot for each figure in a line for each word: lengths would say nothing on such a scale. */
const dots: Draw = (marks, scale) => {
  const at = { y: 'along', fx: 'column', fy: 'row', stroke: 'series' }
  const words = [...new Set(marks.map(({ along }) => along))]
  return {
    x: scale,
    y: { domain: words, label: null },
    marks: [
      Plot.frame({ stroke: '#bbb' }),
      Plot.gridX(scale.ticks as number[]),
      Plot.ruleY(marks, { ...at, x1: 'least', x2: 'most', strokeWidth: 2 }),
      Plot.dot(marks, { ...at, x: 'median', r: 4, fill: 'series' }),
    ],
  }
}

function figureScale(marks: readonly Mark[], unit: Row['unit']): Plot.ScaleOptions {
  const least = Math.min(...marks.map((mark) => mark.least))
  const most = Math.max(...marks.map((mark) => mark.most))
  const drawn = { label: null, tickFormat: (value: number) => tickText(value, unit) }
  if (least > 0 && unit !== 'each') {
    return { ...drawn, type: 'log', ticks: figureTicks(least, most) }
  }
  // Counts, and whatever has a zero, which a logarithm has not.
  const domain = [Math.min(0, least), most > least ? most : least + 1]
  return { ...drawn, type: 'linear', domain, ticks: evenTicks(domain[0]!, domain[1]!) }
}

function panelled(title: string, marks: readonly Mark[], isToScale: boolean): Plot.PlotOptions {
  const distinct = (of: 'row' | 'column') => [...new Set(marks.map((mark) => mark[of]))]
  const [columns, rows] = [distinct('column'), distinct('row')]
  const words = isToScale ? [] : [...new Set(marks.map(({ along }) => along as string))]
  const longest = Math.max(0, ...words.map(({ length }) => length))
  const left = Math.max(MARGIN.left, longest * CHARACTER.axis + 16)
  const panelHeight = isToScale ? PANEL.height : (words.length + 1) * LINE_HEIGHT
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  return {
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    width: Math.max(
      left + MARGIN.right + columns.length * PANEL.width,
      title.length * CHARACTER.title,
    ),
    height: HEAD_HEIGHT + MARGIN.bottom + rows.length * panelHeight,
    marginLeft: left,
    marginRight: MARGIN.right,
    marginTop: HEAD_HEIGHT,
    marginBottom: MARGIN.bottom,
    fx: { label: null, padding: 0.08, domain: columns },
    fy: { label: null, padding: 0.12, domain: rows },
  }
}
