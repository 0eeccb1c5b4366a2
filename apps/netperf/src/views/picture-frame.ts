import { wrapped } from '../output/wrapped.ts'

/** Told apart by those who see colours differently, too (P. Tol, "bright", and others). */
export const COLOURS = [
  '#4477aa',
  '#ee6677',
  '#228833',
  '#ccbb44',
  '#66ccee',
  '#aa3377',
  '#999999',
  '#7766cc',
  '#dd8833',
  '#44bb99',
  '#996633',
  '#dd99cc',
]

/** About what a character takes of a line, in pixels: of the title, and of the legend. */
const CHARACTER = { title: 9, legend: 6.5 }
const LINE = { title: 16, legend: 14 }
const LEGEND_LEFT = 14
/** A legend has room for so many rows, whether it needs them or not. */
const LEAST_ROWS = 2
/** Below the legend, for the names of columns. */
const NAMES_HEIGHT = 18

/** What stands above a plot, and the room that it takes. */
export interface Head {
  readonly markup: string
  readonly height: number
}

/** Light or dark as the reader has it, alone and in a page. */
const STYLE = `<style>
.netperf { color: #222; background: #fff }
.netperf .ground { fill: #fff }
.netperf .head { fill: #222 }
@media (prefers-color-scheme: dark) {
.netperf { color: #ddd; background: #181a1b }
.netperf .ground { fill: #181a1b }
.netperf .head { fill: #ddd }
}
</style>`

/** How wide a plot is that has room for its title in one line. */
export function titleWidth(title: string): number {
  return title.length * CHARACTER.title
}

/** The title, and a legend in the plot's colours, in as many lines as the width asks for. */
export function headOf(title: string, names: readonly string[], width: number): Head {
  const columns = Math.floor((width - 8) / CHARACTER.title)
  const lines = wrapped(title, '', '', columns).split('\n')
  const titles = lines.map(
    (line, index) => `<text x="8" y="${18 + index * LINE.title}">${escapeText(line)}</text>`,
  )
  const legendTop = 18 + lines.length * LINE.title
  const { entries, rows } = legend(names, width, legendTop)
  const markup = `<g font-family="system-ui, sans-serif" text-anchor="start" class="head">
<g font-size="14" font-weight="bold">${titles.join('')}</g>
${entries.join('\n')}</g>`
  const height = legendTop + (Math.max(LEAST_ROWS, rows) - 1) * LINE.legend - 2 + NAMES_HEIGHT
  return { markup, height }
}

/** A plot's SVG element on a ground of its own, with what stands above it. */
export function framed({ markup }: Head, svg: string): string {
  const ground = `${STYLE}<rect width="100%" height="100%" class="ground"></rect>`
  return svg
    .replace(/^<svg(?: xmlns="[^"]*")?/, '<svg xmlns="http://www.w3.org/2000/svg"')
    .replace(/^<svg[^>]*>/, (opening) => opening.replace(/ class="/, ' class="netperf ') + ground)
    .replace(/<\/svg>$/, `${markup}</svg>\n`)
}

/** A dot and a name for each, in rows of which the first has its middle at `top`. */
function legend(names: readonly string[], width: number, top: number) {
  let [x, row] = [LEGEND_LEFT, 0]
  const entries = names.map((name, index) => {
    const wide = 28 + name.length * CHARACTER.legend
    if (x + wide - 20 > width && x > LEGEND_LEFT) [x, row] = [LEGEND_LEFT, row + 1]
    const y = top + row * LINE.legend
    const entry =
      `<circle cx="${x}" cy="${y}" r="4" fill="${COLOURS[index % COLOURS.length]}"></circle>` +
      `<text x="${x + 8}" y="${y + 4}" font-size="11">${escapeText(name)}</text>`
    x += wide
    return entry
  })
  return { entries, rows: row + 1 }
}

/** Text as it may stand in SVG and HTML. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
