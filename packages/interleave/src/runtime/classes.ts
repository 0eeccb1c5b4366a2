import { type Body, labelOf, wrap } from './functions.ts'
import { noteClass } from './keeping.ts'
import type { Shape } from './shapes.ts'

/** Computed keys of the class or object being defined, in order. */
const keys: PropertyKey[] = []

/** Remembers a computed method key and gives it back. */
export function noteKey(key: unknown): PropertyKey {
  const name = toKey(key)
  keys.push(name)
  return name
}

/** A value as a property key, converted once. */
export function toKey(key: unknown): PropertyKey {
  return typeof key === 'symbol' ? key : `${key as string}`
}

/** A method: its key, or null for a computed one; its shape; and whether it is static. */
export type MethodRow = readonly [key: string | null, shape: Shape, isStatic?: boolean]

/**
 * Replaces the generators that the compiler made of a class's methods by functions that any
 * code can call. It runs as the first static block, so static fields see the finished methods.
 */
export function defineMethods(Class: { prototype: object }, rows: readonly MethodRow[]): void {
  noteClass(Class)
  replace(rows, (isStatic) => (isStatic ? Class : Class.prototype), false)
}

/** The same for the methods of an object literal that use `super`. */
export function literal(object: object, rows: readonly MethodRow[]): object {
  replace(rows, () => object, true)
  return object
}

function replace(
  rows: readonly MethodRow[],
  targetOf: (isStatic: boolean) => object,
  enumerable: boolean,
): void {
  const computed = keys.splice(keys.length - rows.filter(([key]) => key === null).length)
  for (const [name, shape, isStatic = false] of rows) {
    const key = name ?? computed.shift()!
    const target = targetOf(isStatic)
    const body: unknown = Object.getOwnPropertyDescriptor(target, key)?.value
    // One that another member of the same name has replaced is nowhere to be called.
    if (typeof body !== 'function') continue
    const named = name === null ? { ...shape, name: labelOf(key) } : shape
    const value = wrap(body as Body, named)
    Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true })
  }
}
