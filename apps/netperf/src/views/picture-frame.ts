/** Told apart by those who see colours differently, too (P. Tol, "bright", and two more). */
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
]

/** Room for the title and the legend above a plot. */
export const HEAD_HEIGHT = 64

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

/** A plot's SVG element on a ground of its own, its title, and a legend in the plot's colours. */
export function framed(title: string, names: readonly string[], svg: string): string {
  const width = Number(/ width="(\d+)/.exec(svg)?.[1] ?? 640)
  const head = `<g font-family="system-ui, sans-serif" text-anchor="start" class="head">
<text x="8" y="18" font-size="14" font-weight="bold">${escapeText(title)}</text>
${legend(names, width)}</g>`
  const ground = `${STYLE}<rect width="100%" height="100%" class="ground"></rect>`
  return svg
    .replace(/^<svg(?: xmlns="[^"]*")?/, '<svg xmlns="http://www.w3.org/2000/svg"')
    .replace(/^<svg[^>]*>/, (opening) => opening.replace(/ class="/, ' class="netperf ') + ground)
    .replace(/<\/svg>$/, `${head}</svg>\n`)
}

/** A legend in one row, or in two where the plot is too narrow for one. */
function legend(names: readonly string[], width: number): string {
  let [x, y] = [14, 34]
  const entries = names.map((name, index) => {
    const wide = 28 + name.length * 6.5
    if (x + wide - 20 > width && y === 34) [x, y] = [14, 48]
    const entry =
      `<circle cx="${x}" cy="${y}" r="4" fill="${COLOURS[index % COLOURS.length]}"></circle>` +
      `<text x="${x + 8}" y="${y + 4}" font-size="11">${escapeText(name)}</text>`
    x += wide
    return entry
  })
  return entries.join('\n')
}

/** Text as it may stand in SVG and HTML. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
