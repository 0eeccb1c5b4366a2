import { came } from '@smpnet/memory'

/** Throws a RangeError that says what was expected and what came. */
export function expectWhole(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(
    `${what}: expected a whole number from ${least} to ${most}, came ${came(value)}`,
  )
}

/** Throws a RangeError unless `value` is a number within a range, its ends among it. */
export function expectNumber(what: string, value: number, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return
  throw new RangeError(`${what}: expected a number from ${least} to ${most}, came ${came(value)}`)
}

/** Throws a TypeError unless `value` has all these methods. */
export function expectMethods(what: string, value: unknown, ...names: readonly string[]): void {
  const of = value as Record<string, unknown> | undefined | null
  const missing = names.find((name) => typeof of?.[name] !== 'function')
  if (missing === undefined) return
  throw new TypeError(`${what}: expected an object with ${names.join(', ')}, came ${came(value)}`)
}
