/**
 * A configuration is data, and is checked as data: each check takes what came, with the path of
 * its key, and returns the whole value, defaults filled in, or throws StackMisconfigured.
 */
export type Check<T> = (came: unknown, path: string) => T

/** The message says where, what was expected and what came. Nothing has been started. */
export class StackMisconfigured extends RangeError {
  override readonly name = 'StackMisconfigured'
}

/** Throws the sentence. */
export function refuse(path: string, expected: string, came: unknown): never {
  throw new StackMisconfigured(`${path || 'stack'}: expected ${expected}, came ${shown(came)}`)
}

/** One of a few words. */
export function oneOf<const W extends string>(words: readonly W[]): Check<W> {
  return (came, path) => {
    const found = words.find((word) => word === came)
    return found ?? refuse(path, listOf(words), came)
  }
}

/** A whole number within bounds, both included. */
export function whole(least: number, most: number): Check<number> {
  return (came, path) => {
    const isWhole = typeof came === 'number' && Number.isInteger(came)
    if (isWhole && came >= least && came <= most) return came
    return refuse(path, `a whole number from ${least} to ${most}`, came)
  }
}

export function flag(came: unknown, path: string): boolean {
  return typeof came === 'boolean' ? came : refuse(path, 'true or false', came)
}

/** What stands there if the key is absent. */
export function otherwise<T>(value: T, check: Check<T>): Check<T> {
  return (came, path) => (came === undefined ? value : check(came, path))
}

/** A record all of whose keys may be absent, and that may be so itself. */
export function orEmpty<T>(check: Check<T>): Check<T> {
  return (came, path) => check(came === undefined ? {} : came, path)
}

/** A key that may be absent, and then says nothing. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (came, path) => (came === undefined ? undefined : check(came, path))
}

/** An object with these keys and no others. */
export function record<T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const names = Object.keys(fields)
  return (came, path) => {
    if (typeof came !== 'object' || came === null || Array.isArray(came)) {
      return refuse(path, `an object with ${listOf(names, 'and')}`, came)
    }
    checkKeys(came, names, path)
    const checked = Object.entries<Check<unknown>>(fields).map(([name, check]) => {
      const value = (came as Record<string, unknown>)[name]
      return [name, check(value, path === '' ? name : `${path}.${name}`)] as const
    })
    return Object.fromEntries(checked.filter(([, value]) => value !== undefined)) as T
  }
}

/** Refuses a key that is not among the names. */
export function checkKeys(came: object, names: readonly string[], path: string): void {
  const other = Object.keys(came).find((key) => !names.includes(key))
  if (other !== undefined) refuse(path, `the keys ${listOf(names, 'and')}`, other)
}

/** `a, b or c`. */
export function listOf(words: readonly string[], last = 'or'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

function shown(came: unknown): string {
  if (typeof came === 'string') return `"${came}"`
  if (came === undefined) return 'nothing'
  return typeof came === 'object' && came !== null ? 'an object' : String(came)
}
