import { lookUp } from './usage-error.ts'

/** `a, b` as a list of names. */
export function listFrom(typed: string): readonly string[] {
  return typed.split(',').map((name) => name.trim())
}

/** What parses one of a few words, the value of a `what`. It throws a UsageError for any other. */
export function wordOf<const W extends string>(
  what: string,
  words: readonly W[],
): (typed: string) => W {
  const known = new Map(words.map((word) => [word as string, word]))
  return (typed) => lookUp(what, known, typed)
}

/** What gathers the values of an option that may be given several times. */
export function appended(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}
