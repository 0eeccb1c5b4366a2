import { came, isClass } from './came.ts'

/** Throws a TypeError, naming `what`, unless options are an object, or none were told. */
export function expectOptions(what: string, options: unknown): void {
  if (options === undefined || (typeof options === 'object' && options !== null)) return
  throw new TypeError(`the options of ${what} are an object with names: ${came(options)} came`)
}

/** Throws a TypeError, naming `what`, unless a shape is an object with a name, for errors. */
export function expectShape(what: string, shape: unknown): void {
  const found = shape as { readonly name?: unknown } | null | undefined
  if (typeof found === 'object' && typeof found?.name === 'string') return
  const wrong = typeof found === 'object' && found !== null ? found.name : found
  throw new TypeError(`the shape of ${what} is an object with a name, a text: ${came(wrong)} came`)
}

/** Throws a TypeError, naming `what`, unless something can be called. */
export function expectFunction(what: string, value: unknown): void {
  if (typeof value === 'function' && !isClass(value)) return
  throw new TypeError(`${what} is a function: ${came(value)} came`)
}

/**
 * Throws a TypeError, naming `what`, unless an object has all methods of `names`: an interface
 * that the caller was to implement or to get from this project.
 */
export function expectMethods(what: string, value: unknown, names: readonly string[]): void {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  const missing = isObject
    ? names.find((name) => typeof (value as Record<string, unknown>)[name] !== 'function')
    : undefined
  if (isObject && missing === undefined) return
  const why = missing === undefined ? '' : ` without ${missing}`
  throw new TypeError(`${what} has the methods ${names.join(', ')}: ${came(value)}${why} came`)
}
