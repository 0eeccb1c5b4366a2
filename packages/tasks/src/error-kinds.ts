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

/** What errors have that is not listed among their own names. */
export const HIDDEN: readonly string[] = ['stack', 'cause', 'errors']

/**
 * What else of an error is to be sent, in order: what takes little room first, such as `code`, and
 * then the stack before what may be large, such as `cause`. A name is left out that throws.
 */
export function ownOf(error: Error): [name: string, value: unknown][] {
  const names = [...HIDDEN, ...Object.keys(error)]
  const unique = [...new Set(names)].filter((name) => name !== 'name' && name !== 'message')
  const all = unique.flatMap((name) => valueOf(error, name))
  const sizes = [isSmall, isStack, isLarge]
  return sizes.flatMap((isOfSize) => all.filter(isOfSize))
}

/** A text of an error, which may be anything, or throw when it is asked for. */
export function textOf(error: Error, name: 'name' | 'message'): string | undefined {
  try {
    const text: unknown = error[name]
    return text === undefined ? undefined : String(text)
  } catch {
    return undefined
  }
}

const isStack = ([name]: [string, unknown]): boolean => name === 'stack'
const isLarge = ([name, value]: [string, unknown]): boolean =>
  name !== 'stack' && typeof value === 'object' && value !== null
const isSmall = (own: [string, unknown]): boolean => !isStack(own) && !isLarge(own)

function valueOf(error: Error, name: string): [string, unknown][] {
  try {
    const value = (error as unknown as Record<string, unknown>)[name]
    return value === undefined ? [] : [[name, value]]
  } catch {
    return []
  }
}
