const TIMES: readonly Step[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [0, 'ns'],
]
const SIZES: readonly Step[] = [
  [1e9, 'GB/s'],
  [1e6, 'MB/s'],
  [1e3, 'kB/s'],
  [0, 'B/s'],
]
const COUNTS: readonly Step[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [0, ''],
]

type Step = readonly [from: number, name: string]

/** `1234` nanoseconds as `1.23 µs`: three digits and the unit that suits. */
export function formatNs(ns: number): string {
  return scaled(ns, TIMES)
}

/** Bytes per second as `1.23 GB/s`; decimal units. */
export function formatBytesPerSecond(rate: number): string {
  return scaled(rate, SIZES)
}

/** `56789` as `56.8 k`. */
export function formatCount(count: number): string {
  return scaled(count, COUNTS).trimEnd()
}

/** A figure in any unit that a report may have, such as `ns/op`, `op/s` or `B/s`. */
export function formatFigure(figure: number, unit: string): string {
  if (unit === 'B/s') return formatBytesPerSecond(figure)
  if (unit.startsWith('ns')) return formatNs(figure) + unit.slice(2)
  return `${scaled(figure, COUNTS)}${unit}`
}

/** `2.5` as `2.5×`, `0.031` as `0.031×`. */
export function formatRatio(ratio: number): string {
  return `${digits(ratio)}×`
}

/** A slice in which nothing was done takes for ever, and so has no deviation that is a number. */
function scaled(value: number, steps: readonly Step[]): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : '∞'
  const [from, name] = steps.find(([least]) => Math.abs(value) >= least * 0.9995) as Step
  return `${digits(value / (from || 1))} ${name}`
}

function digits(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const rounded = Number(value.toPrecision(3))
  const decimals = 2 - Math.floor(Math.log10(Math.abs(rounded)))
  return rounded.toFixed(Math.min(3, Math.max(0, decimals)))
}
