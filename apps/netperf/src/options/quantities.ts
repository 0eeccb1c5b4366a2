import { UsageError } from './usage-error.ts'

const TIME_UNITS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3 }
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Bounds of a quantity, both included, and how the sentence about them names it. */
export interface Bounds {
  readonly name: string
  readonly least: number
  readonly most: number
}

/** `8` as a whole number within bounds. Throws a UsageError for anything else. */
export function parseCount(text: string, bounds: Bounds): number {
  return checkCount(/^\d+$/.test(text) ? Number(text) : Number.NaN, bounds, text)
}

/** The same of a number. */
export function checkCount(value: number, bounds: Bounds, text = String(value)): number {
  if (Number.isInteger(value) && isWithin(value, bounds)) return value
  throw new UsageError(
    `expected ${bounds.name} to be a whole number from ${bounds.least} to ${bounds.most}, ` +
      `got "${text}"`,
  )
}

/** `64`, `64k` or `1m` as bytes; a `k` is 1024. Throws a UsageError for anything else. */
export function parseSize(text: string, bounds: Bounds): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)$/i.exec(text) ?? []
  const scale = SIZE_UNITS[unit.toLowerCase()] ?? Number.NaN
  return checkSize(Number(digits ?? Number.NaN) * scale, bounds, text)
}

/** The same of a number of bytes. */
export function checkSize(bytes: number, bounds: Bounds, text = String(bytes)): number {
  if (Number.isInteger(bytes) && isWithin(bytes, bounds)) return bytes
  throw new UsageError(
    `expected ${bounds.name} to be from ${sizeText(bounds.least)} to ${sizeText(bounds.most)} ` +
      `bytes, such as 64, 64k or 1m, got "${text}"`,
  )
}

/** `2s`, `500ms` or `100us` as milliseconds. Throws a UsageError for anything else. */
export function parseDuration(text: string, bounds: Bounds): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(text) ?? []
  const ms = Number(digits ?? Number.NaN) * (TIME_UNITS[unit] ?? Number.NaN)
  return checkDuration(ms, bounds, text)
}

/** The same of milliseconds. */
export function checkDuration(ms: number, bounds: Bounds, text = durationText(ms)): number {
  if (isWithin(ms, bounds)) return ms
  throw new UsageError(
    `expected ${bounds.name} to be from ${durationText(bounds.least)} to ` +
      `${durationText(bounds.most)}, such as 2s, 500ms or 100us, got "${text}"`,
  )
}

/** Bytes as they may be typed. */
export function sizeText(bytes: number): string {
  for (const unit of ['g', 'm', 'k']) {
    const scale = SIZE_UNITS[unit] as number
    if (bytes >= scale && bytes % scale === 0) return `${bytes / scale}${unit}`
  }
  return String(bytes)
}

/** Milliseconds as they may be typed. */
export function durationText(ms: number): string {
  if (ms >= 1000) return `${ms / 1000}s`
  return ms >= 1 ? `${ms}ms` : `${ms * 1000}us`
}

/** `0.01` or `1%` as 0.01. Throws a UsageError for what is no probability. */
export function parseProbability(text: string, name: string): number {
  const [, digits, percent] = /^(\d*\.?\d+)(%?)$/.exec(text) ?? []
  const value = Number(digits ?? Number.NaN) / (percent === '%' ? 100 : 1)
  if (value >= 0 && value <= 1) return Number(value.toPrecision(12))
  throw new UsageError(
    `expected ${name} to be a probability from 0 to 1, such as 0.01 or 1%, got "${text}"`,
  )
}

/** `703` or `12.5` as a number within bounds. Throws a UsageError for anything else. */
export function parseQuantity(text: string, bounds: Bounds, unit: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (isWithin(value, bounds)) return value
  throw new UsageError(
    `expected ${bounds.name} to be a number of ${unit} from ${bounds.least} to ${bounds.most}, ` +
      `got "${text}"`,
  )
}

function isWithin(value: number, { least, most }: Bounds): boolean {
  return value >= least && value <= most
}
