import { expectOptions } from '@smpnet/memory'

/**
 * Throws a TypeError that names the key, unless options are an object with no other names than
 * these, or none were told: a misspelt one would be as if it were not there.
 */
export function expectTold(what: string, options: unknown, names: readonly string[]): void {
  expectOptions(what, options)
  const strange = Object.keys(options ?? {}).find((name) => !names.includes(name))
  if (strange === undefined) return
  throw new TypeError(`${what} can be told ${names.join(', ')}: ${strange} came`)
}
