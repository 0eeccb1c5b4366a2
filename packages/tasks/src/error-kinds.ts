import { CannotSend, TaskLost, TooManyTasks } from './errors.ts'

type ErrorClass = new (message?: string) => Error

/** The classes that an error keeps on its way, by the names that stand for them. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  CannotSend,
  TaskLost,
  TooManyTasks,
}

/** The name of the class of an error, or of the nearest one that it extends and that is kept. */
export function kindOf(error: Error): string {
  if (error instanceof AggregateError) return 'AggregateError'
  for (let at: unknown = error; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.keys(CLASSES).find((name) => CLASSES[name]!.prototype === at)
    if (found !== undefined) return found
  }
  return 'Error'
}

/** An error of a class that `kindOf` named. */
export function errorOf(kind: string, message: string): Error {
  if (kind === 'AggregateError') return new AggregateError([], message)
  return new (CLASSES[kind] ?? Error)(message)
}

/** What every error has; the rest of its own, such as `code` and `cause`, is sent beside it. */
export const COMMON: readonly string[] = ['name', 'message', 'stack']

/** What errors have that is not listed among their own names. */
export const HIDDEN: readonly string[] = ['cause', 'errors']
