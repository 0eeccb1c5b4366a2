import * as Plot from '@observablehq/plot'
import { estimate } from '@smpnet/testing'
import { parseHTML } from 'linkedom'
import type { Measured, Row } from '../model/row.ts'
import { evenTicks, figureTicks, tickText } from './figure-ticks.ts'
import { COLOURS, framed, type Head, headOf, titleWidth } from './picture-frame.ts'
import { arrange, namedTitles, type Panel, shown, type View } from '../model/view.ts'

/** A figure where it stands in the picture, with the interval in which its median lies. */
interface Mark {
  readonly along: string | number
  readonly median: number
  readonly least: number
  readonly most: number
  readonly series: string
  readonly row: string
  readonly column: string
  /** How many later series have the same figures all along: theirs are drawn upon it. */
  readonly under: number
}

const PANEL = { width: 250, height: 170 }
/** Around all panels: axes to the left and below, the names of rows to the right. */
const MARGIN = { left: 84, right: 110, bottom: 44 }
const LINE_HEIGHT = 18
/** Ticks that stand beside each other without touching. */
const MOST_BESIDE = 4
/** Lines that differ by less cannot be told apart. */
const ALIKE = 0.06
/** An axis of figures goes so many times below and above its middle, at least. */
const LEAST_TIMES = 1.25
/** About what a character of an axis takes of a line, in pixels. */
const AXIS_CHARACTER = 6
/** A page of 390 pixels, less what it leaves free on both sides. */
const NARROW = { width: 358, right: 12, words: 150 }
/** Of a narrow picture's panel, what is left free for its name above it. */
const NAME_SHARE = 0.16

/** Panels beside and below each other, or all below each other in the width of a telephone. */
export type Breadth = 'wide' | 'narrow'

/**
 * The view as one SVG document: a panel for each, both scales the same in all of them, the one of
 * figures logarithmic unless they are counts, with a bar for the interval of each figure.
 * Nothing when nothing was measured.
 */
export function viewPicture(
  view: View,
  measured: readonly Measured[],
  breadth: Breadth = 'wide',
): string | undefined {
  const panels = arrange(view, measured)
  const [first] = panels
  if (first === undefined) return undefined
  const isNarrow = breadth === 'narrow'
  const marks = panels.flatMap((panel) => marksOf(view, panel, isNarrow))
  const names = [...new Set(marks.map(({ series }) => series))]
  const isToScale = first.along.every((value) => typeof value === 'number')
  const draw = isToScale ? lines : dots
  const title = `${view.title}${isLogarithmic(marks, first.unit) ? ', logarithmic' : ''}`
  const drawn = draw(marks, figureScale(marks, first.unit), view.along.label)
  const places = isNarrow ? stacked(marks, isToScale) : panelled(title, marks, isToScale)
  const head = headOf(title, names, places.width)
  const plot = Plot.plot({
    ...drawn,
    ...options(places, head),
    marks: [...(drawn.marks ?? []), ...(isNarrow ? panelNames(marks) : [])],
    color: { domain: names, range: COLOURS },
  })
  return framed(head, plot.outerHTML)
}

function marksOf(view: View, panel: Panel, isNarrow: boolean): Mark[] {
  const [row, column] = placeOf(namedTitles(view, panel.titles), isNarrow)
  return panel.series.flatMap(({ name, points }, at) =>
    points.flatMap((point, index) => {
      if (point === undefined) return []
      const { median } = point.row
      const { low, high } = intervalOf(point)
      const value = panel.along[index] as string | number
      const along = typeof value === 'number' ? value : shown(view.along, value)
      const under = panel.series
        .slice(at + 1)
        .filter((other) => isSame(points, other.points)).length
      return [{ along, median, least: low, most: high, series: name, row, column, under }]
    }),
  )
}

/** The row and the column of a panel; of a narrow picture, each panel is a row. */
function placeOf(titles: readonly string[], isNarrow: boolean): [row: string, column: string] {
  if (isNarrow) return [titles.join(', '), '']
  const [row = '', column = ''] = titles.length === 1 ? ['', ...titles] : titles
  return [row, column]
}

/** The sign test's interval of the median, which latencies of all runs may lie outside of. */
function intervalOf({ row, figures }: Measured) {
  const { low, high } = estimate(figures)
  return { low: Math.min(low, row.median), high: Math.max(high, row.median) }
}

function isSame(one: Points, other: Points): boolean {
  return one.every((point, index) => {
    const [a, b] = [point?.row.median, other[index]?.row.median]
    return a === b || (a !== undefined && b !== undefined && Math.abs(a - b) <= ALIKE * a)
  })
}

type Points = Panel['series'][number]['points']

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
      Plot.frame({ stroke: '#8888' }),
      Plot.gridY(scale.ticks as number[]),
      Plot.ruleX(marks, { ...at, y1: 'least', y2: 'most', strokeOpacity: 0.5 }),
      ...byUnder(marks).flatMap(([under, own]) => [
        Plot.lineY(own, { ...at, y: 'median', z: 'series', strokeWidth: 1.5 + 3 * under }),
        Plot.dot(own, { ...at, y: 'median', r: 2 + 2 * under, fill: 'series' }),
      ]),
    ],
  }
}

/** The widest first, so that what is drawn upon others leaves a rim of each. */
function byUnder(marks: readonly Mark[]): [under: number, own: Mark[]][] {
  const counts = [...new Set(marks.map(({ under }) => under))].toSorted((a, b) => b - a)
  return counts.map((under) => [under, marks.filter((mark) => mark.under === under)])
}

/** A dot for each figure in a line for each word: lengths would say nothing on such a scale. */
const dots: Draw = (marks, given) => {
  const scale = { ...given, ticks: thinned(given.ticks as number[]) }
  const at = { y: 'along', fx: 'column', fy: 'row', stroke: 'series' }
  const words = [...new Set(marks.map(({ along }) => along))]
  return {
    x: scale,
    y: { domain: words, label: null },
    marks: [
      Plot.frame({ stroke: '#8888' }),
      Plot.gridX(scale.ticks as number[]),
      Plot.ruleY(marks, { ...at, x1: 'least', x2: 'most', strokeWidth: 2 }),
      ...byUnder(marks).map(([under, own]) =>
        Plot.dot(own, { ...at, x: 'median', r: 4 + 2 * under, fill: 'series' }),
      ),
    ],
  }
}

/** As many as there is room for beside each other. */
function thinned(ticks: readonly number[]): number[] {
  const every = Math.ceil(ticks.length / MOST_BESIDE)
  return ticks.filter((_, index) => index % every === 0)
}

/** Whether figures are drawn on a logarithmic scale; counts, and what has a zero, are not. */
function isLogarithmic(marks: readonly Mark[], unit: Row['unit']): boolean {
  return marks.every(({ least }) => least > 0) && unit !== 'each'
}

function figureScale(marks: readonly Mark[], unit: Row['unit']): Plot.ScaleOptions {
  const least = Math.min(...marks.map((mark) => mark.least))
  const most = Math.max(...marks.map((mark) => mark.most))
  const drawn = { label: null, tickFormat: (value: number) => tickText(value, unit) }
  if (isLogarithmic(marks, unit)) {
    // What is nearly the same is not drawn as if it were not.
    const middle = Math.sqrt(least * most)
    const domain = [Math.min(least, middle / LEAST_TIMES), Math.max(most, middle * LEAST_TIMES)]
    return { ...drawn, type: 'log', domain, ticks: figureTicks(domain[0]!, domain[1]!) }
  }
  // Counts, and whatever has a zero, which a logarithm has not.
  const domain = [Math.min(0, least), most > least ? most : least + 1]
  return { ...drawn, type: 'linear', domain, ticks: evenTicks(domain[0]!, domain[1]!) }
}

/** Where the panels of a picture are. */
interface Places {
  readonly width: number
  readonly left: number
  readonly right: number
  readonly columns: readonly string[]
  readonly rows: readonly string[]
  readonly panelHeight: number
  /** Of the height of a row, what is left free between two. */
  readonly apart: number
  /** Whether the names of rows stand beside them. */
  readonly namesRows: boolean
}

function distinct(marks: readonly Mark[], of: 'row' | 'column'): string[] {
  return [...new Set(marks.map((mark) => mark[of]))]
}

/** What a panel takes in height, and what the words beside it, along which figures stand. */
function sizeOf(marks: readonly Mark[], isToScale: boolean) {
  if (isToScale) return { height: PANEL.height, wordsWidth: 0 }
  const words = [...new Set(marks.map(({ along }) => along as string))]
  const longest = Math.max(...words.map(({ length }) => length))
  return {
    height: (words.length + 1) * LINE_HEIGHT,
    wordsWidth: longest * AXIS_CHARACTER + 16,
  }
}

function panelled(title: string, marks: readonly Mark[], isToScale: boolean): Places {
  const [columns, rows] = [distinct(marks, 'column'), distinct(marks, 'row')]
  const { height, wordsWidth } = sizeOf(marks, isToScale)
  const left = Math.max(MARGIN.left, wordsWidth)
  return {
    width: Math.max(left + MARGIN.right + columns.length * PANEL.width, titleWidth(title)),
    left,
    right: MARGIN.right,
    columns,
    rows,
    panelHeight: height,
    apart: 0.12,
    namesRows: true,
  }
}

/** One panel below the other, each with its name above it. */
function stacked(marks: readonly Mark[], isToScale: boolean): Places {
  const rows = distinct(marks, 'row')
  const { height, wordsWidth } = sizeOf(marks, isToScale)
  const named = rows.some((row) => row !== '') ? 1 / (1 - NAME_SHARE) : 1
  return {
    width: NARROW.width,
    left: Math.max(64, Math.min(NARROW.words, wordsWidth)),
    right: NARROW.right,
    columns: [''],
    rows,
    panelHeight: Math.max(90, height * named),
    apart: named > 1 ? NAME_SHARE : 0,
    namesRows: false,
  }
}

/** The name of each panel of a narrow picture, above its frame. */
function panelNames(marks: readonly Mark[]): Plot.Markish[] {
  const rows = distinct(marks, 'row').map((row) => ({ row, column: '' }))
  const above = { frameAnchor: 'top-left', lineAnchor: 'bottom', dy: -9 } as const
  return [Plot.text(rows, { ...above, text: 'row', fx: 'column', fy: 'row', fontWeight: 'bold' })]
}

function options(places: Places, { height }: Head): Plot.PlotOptions {
  const { width, left, right, columns, rows, panelHeight, apart, namesRows } = places
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  return {
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    width,
    height: height + MARGIN.bottom + rows.length * panelHeight,
    marginLeft: left,
    marginRight: right,
    marginTop: height,
    marginBottom: MARGIN.bottom,
    fx: { label: null, padding: 0.08, domain: columns },
    fy: { label: null, padding: apart, domain: rows, ...(!namesRows && { axis: null }) },
  }
}
