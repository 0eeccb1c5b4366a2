/** Causes of causes that are kept: an error may be its own. */
const MOST_CAUSES = 8

/**
 * An error that can be cloned, whatever hangs on the one that was thrown: its name, message and
 * stack, and what caused it, as such errors too.
 */
export function plainError(error: unknown, depth = 0): Error {
  if (!(error instanceof Error)) return new Error(textOf(error))
  const plain = new Error(error.message)
  plain.name = error.name
  if (error.stack !== undefined) plain.stack = error.stack
  const { cause } = error
  if (cause !== undefined && depth < MOST_CAUSES) plain.cause = plainError(cause, depth + 1)
  return plain
}

/** Some values have no text, such as objects without a prototype. */
function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
