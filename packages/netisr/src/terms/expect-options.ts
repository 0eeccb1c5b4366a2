import { came, expectOptions } from '@smpnet/memory'
import { BadNetisr } from './errors.ts'

/** The names that an object of options may have; complete, as its type says. */
export type NamesOf<Options> = Readonly<Record<keyof Options, true>>

/**
 * Throws a TypeError, naming `what`, for what is no object, and a BadNetisr for a name in it that
 * there is not: an option that is misspelt would be left out, and nobody would hear of it.
 */
export function expectNames<Options>(
  what: string,
  options: Options,
  names: NamesOf<Required<Options>>,
): void {
  expectOptions(what, options)
  for (const name of Object.keys(options ?? {})) {
    if (Object.hasOwn(names, name)) continue
    const known = Object.keys(names).join(', ')
    throw new BadNetisr(`the options of ${what}: expected ${known}, came ${name}`)
  }
}

/** Throws a BadNetisr, naming the option, for what is neither true nor false. */
export function expectFlag(what: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new BadNetisr(`${what}: expected true or false, came ${came(value)}`)
}
