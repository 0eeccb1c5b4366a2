const WIDTH = 760
const HEIGHT = 380
const LEFT = 78
const RIGHT = 34
const TOP = 84
const BOTTOM = 58
const INK = '#1f2430'
const GREY = '#8a90a0'
const BAR = '#3a6ea5'
const MARK = '#c2492d'

/**
 * A histogram as an SVG of its own: counts on a logarithmic axis, so that the rare ones show.
 *
 * @param {{ title: string, captions: string[], bins: number[], binWidth: number, unit: string,
 *   mark: { at: number, label: string } }} what
 */
export function histogramSvg({ title, captions, bins, binWidth, unit, mark }) {
  const most = Math.max(1, ...bins)
  const decades = Math.max(1, Math.ceil(Math.log10(most)))
  const plotWidth = WIDTH - LEFT - RIGHT
  const plotHeight = HEIGHT - TOP - BOTTOM
  const x = (value) => LEFT + (value / (bins.length * binWidth)) * plotWidth
  const y = (count) =>
    HEIGHT -
    BOTTOM -
    (count < 1 ? 0 : ((Math.log10(count) + 0.15) / (decades + 0.15)) * plotHeight)
  const bars = bins.map((count, bin) =>
    barOf(count, x(bin * binWidth), x((bin + 1) * binWidth), y),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"`,
    ` font-family="system-ui, sans-serif" font-size="13" fill="${INK}">`,
    `<title>${title}</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 24, title, 'font-size="16" font-weight="600"'),
    ...captions.map((line, i) => text(LEFT, 44 + 17 * i, line, `fill="${GREY}" font-size="12"`)),
    ...countAxis(decades, y),
    ...bars,
    ...valueAxis(bins.length * binWidth, x, unit),
    ...marked(mark, x),
    '</svg>\n',
  ].join('\n')
}

function barOf(count, left, right, y) {
  if (count === 0) return ''
  const [top, wide] = [y(count), Math.max(0.5, right - left - 0.3)]
  const [width, height] = [n(wide), n(y(0) - top)]
  return `<rect x="${n(left)}" y="${n(top)}" width="${width}" height="${height}" fill="${BAR}"/>`
}

function countAxis(decades, y) {
  return Array.from({ length: decades + 1 }, (_, power) => {
    const at = n(y(10 ** power))
    const label = `${10 ** (power % 3)}${['', ' k', ' M', ' G'][Math.floor(power / 3)]}`
    const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#e3e6ec"/>`
    return line + text(LEFT - 8, Number(at) + 4, label, `text-anchor="end" fill="${GREY}"`)
  })
}

function valueAxis(end, x, unit) {
  const step = [100, 250, 500, 1000, 2500, 5000].find((size) => end / size <= 8) ?? end / 5
  const base = HEIGHT - BOTTOM
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step)
  return [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${base}" y2="${base}" stroke="${INK}"/>`,
    ...ticks.map((value) => text(x(value), base + 20, String(value), 'text-anchor="middle"')),
    text((LEFT + WIDTH - RIGHT) / 2, base + 42, `behind by, in ${unit}`, 'text-anchor="middle"'),
    `<g transform="translate(18 ${(TOP + base) / 2}) rotate(-90)">`,
    text(0, 0, 'readings', 'text-anchor="middle"') + '</g>',
  ]
}

function marked({ at, label }, x) {
  const where = n(x(at))
  return [
    `<line x1="${where}" x2="${where}" y1="${TOP - 4}" y2="${HEIGHT - BOTTOM}" stroke="${MARK}"` +
      ' stroke-dasharray="5 4" stroke-width="1.5"/>',
    text(Number(where) + 6, TOP + 8, label, `fill="${MARK}"`),
  ]
}

function text(x, y, content, more = '') {
  return `<text x="${n(x)}" y="${n(y)}" ${more}>${content}</text>`
}

function n(value) {
  return Number(value).toFixed(1)
}
