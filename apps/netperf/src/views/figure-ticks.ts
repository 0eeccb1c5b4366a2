import { formatted } from '../model/formatted.ts'
import type { Row } from '../model/row.ts'

/** As few ticks as say where one is. */
const ENOUGH = 3
const STEPS = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]

/**
 * Values from `least` to `most` for a logarithmic axis: powers of ten, or steps between them where
 * these are too few, or, where all figures are nearly the same, even steps.
 */
export function figureTicks(least: number, most: number): number[] {
  const powers: number[] = []
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
    powers.push(power)
  }
  for (const steps of STEPS) {
    const values = powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
    const within = values.filter((value) => value >= least && value <= most)
    if (within.length >= ENOUGH) return within
  }
  return evenTicks(least, most)
}

/** Even steps from `least` to `most`, some three to six. */
export function evenTicks(least: number, most: number): number[] {
  if (least === most) return [least]
  const step = 10 ** Math.floor(Math.log10((most - least) / ENOUGH))
  const first = Math.ceil(least / step)
  const count = Math.floor(most / step) - first + 1
  const every = Math.ceil(count / (2 * ENOUGH))
  const ticks = Array.from({ length: count }, (_, index) => first + index)
  return ticks.filter((tick) => tick % every === 0).map((tick) => tick * step)
}

/** `10 M/s`: no more digits than the figure has. */
export function tickText(value: number, unit: Row['unit']): string {
  return formatted(value, unit).replace(/\.0+(?= )|(?<=\.\d*[1-9])0+(?= )/, '')
}
