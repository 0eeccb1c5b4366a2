import { formatBytesPerSecond, formatCount, formatNs } from '@smpnet/testing'
import type { Row, Unit } from './row.ts'

/** A figure in the row's unit, with three digits: `1.23 µs`, `4.56 M/s`; a share as `1.2 %`. */
export function formatted(value: number, unit: Unit): string {
  if (unit === 'ns') return formatNs(value)
  if (unit === 'each') return value.toFixed(value < 10 ? 2 : 1)
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`
  return unit === 'B/s' ? formatBytesPerSecond(value) : `${formatCount(value)}/s`
}

/** Whether the least figure is the best: times, and what is counted of an operation. */
export function isLessBetter(unit: Unit): boolean {
  return unit === 'ns' || unit === 'each'
}

/** What a setting's value is in, where it is no plain number. */
const IN_PERCENT = new Set(['writes'])

/** `writes 1 %`. */
export function settingText([name, value]: readonly [string, string | number]): string {
  return `${name} ${IN_PERCENT.has(name) ? percent(value) : value}`
}

/** A probability as per cent. */
export function percent(value: string | number): string {
  return `${Number((Number(value) * 100).toPrecision(6))} %`
}

/** A variant with its settings: `rwlock, writes 1 %`. */
export function variantText({
  variant,
  settings = {},
}: Pick<Row, 'variant' | 'settings'>): string {
  const texts = Object.entries(settings).map(settingText)
  return [variant, ...texts].join(', ')
}

export function cpusText(cpus: number): string {
  return cpus === 1 ? '1 CPU' : `${cpus} CPUs`
}
