import { type Body, type FunctionKind, wrap } from './functions.ts'

/** Computed keys of the class being defined, in order. */
const keys: PropertyKey[] = []

/** Remembers a computed method key and gives it back. */
export function noteKey(key: unknown): PropertyKey {
  const name = typeof key === 'symbol' ? key : String(key)
  keys.push(name)
  return name
}

/** A method: its key, or null for a computed one; its kind; and whether it is static. */
export type MethodRow = readonly [key: string | null, kind: FunctionKind, isStatic: boolean]

/**
 * Replaces the generators that the compiler made of a class's methods by functions that any
 * code can call. It runs as the first static block, so static fields see the finished methods.
 */
export function defineMethods(Class: { prototype: object }, rows: readonly MethodRow[]): void {
  const computed = keys.splice(keys.length - rows.filter(([key]) => key === null).length)
  for (const [name, kind, isStatic] of rows) {
    const key = name ?? computed.shift()!
    const target = isStatic ? Class : Class.prototype
    const body = Object.getOwnPropertyDescriptor(target, key)!.value as Body
    const label = typeof key === 'symbol' ? `[${key.description ?? ''}]` : String(key)
    Object.defineProperty(target, key, {
      value: wrap(body, kind, label),
      enumerable: false,
      configurable: true,
      writable: true,
    })
  }
}
