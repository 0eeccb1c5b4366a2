/**
 * The user asked for something that cannot be. The message is one sentence that says what was
 * expected and what came; the command ends with exit status 2 and no stack trace.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The value of `registry` under `name`, or a sentence that lists what there is. */
export function lookUp<T>(what: string, registry: ReadonlyMap<string, T>, name: string): T {
  const found = registry.get(name)
  if (found !== undefined) return found
  const names = [...registry.keys()].join(', ')
  const expected = `expected ${article(what)} ${what} (${names || 'none exist yet'})`
  throw new UsageError(`${expected}, got "${name}"`)
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a'
}
