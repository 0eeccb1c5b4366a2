import { type Address, came, type Memory } from '@smpnet/memory'

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

/** Throws a TypeError unless `value` is an object, whose fields are looked at next. */
export function expectObject(what: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return
  throw new TypeError(`${what}: expected an object, came ${came(value)}`)
}

/** Throws unless `what` may be at `at` in a memory. */
export function expectPlace(what: string, memory: Memory, at: Address): void {
  expectMethods(`the memory of ${what}`, memory, 'load', 'store', 'read', 'write')
  expectWhole(`the address of ${what}`, at, 0, MOST_ADDRESS)
}

/** Throws a TypeError unless `value` is a list of objects. */
export function expectList(what: string, value: unknown): void {
  if (!Array.isArray(value)) throw new TypeError(`${what}: expected a list, came ${came(value)}`)
  for (const each of value) expectObject(`one of ${what}`, each)
}

/** Throws a TypeError unless `value` is a function. */
export function expectFunction(what: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new TypeError(`${what}: expected a function, came ${came(value)}`)
}

const MOST_ADDRESS = 2 ** 31 - 1
