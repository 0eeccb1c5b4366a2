import { refuse } from './refusal.ts'
import { state } from './state.ts'
import { isSharedView } from './views.ts'

/**
 * Native methods that read or write shared memory, guarded. Compiled code never comes to a guard:
 * it calls models of these methods. What comes to one is native code, such as a conversion to text
 * or the language's own iteration, or code that is not compiled; while a thread runs it is refused.
 */

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** Methods that hand out the same memory and touch nothing. */
const PASSIVE: ReadonlySet<string> = new Set(['subarray', 'keys', 'constructor'])

const natives = new WeakMap<object, AnyFunction>()

/** The function itself, or what it guards. */
export function nativeOf(fn: unknown): unknown {
  return (typeof fn === 'function' ? natives.get(fn) : undefined) ?? fn
}

/** Puts guards in the place of the methods that touch elements; `replace` puts them back. */
export function guardMemory(
  replace: (object: object, key: PropertyKey, value: unknown) => void,
): void {
  const typedArray = Object.getPrototypeOf(Int8Array.prototype) as object
  for (const prototype of [typedArray, DataView.prototype, SharedArrayBuffer.prototype]) {
    for (const key of Reflect.ownKeys(prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(prototype, key)!
      if (typeof value !== 'function' || PASSIVE.has(key as string)) continue
      replace(prototype, key, guardOf(value as AnyFunction))
    }
  }
}

type Replacer = ((this: unknown, key: string, value: unknown) => unknown) | undefined

/** `JSON.stringify` reads elements without any method that could be guarded. */
export function guardJson(
  replace: (object: object, key: PropertyKey, value: unknown) => void,
): void {
  const native = JSON.stringify as (value: unknown, replacer?: unknown, space?: unknown) => string
  const look = (value: unknown): unknown => {
    if (state.thread !== undefined && isSharedView(value)) throw refused('JSON.stringify')
    return value
  }
  const stringify = (value: unknown, replacer?: unknown, space?: unknown): string => {
    if (state.thread === undefined) return native(value, replacer, space)
    if (Array.isArray(replacer)) {
      native(value, (_: string, inner: unknown) => look(inner))
      return native(value, replacer, space)
    }
    const own = (typeof replacer === 'function' ? replacer : undefined) as Replacer
    const looking = function (this: unknown, key: string, inner: unknown): unknown {
      return look(own === undefined ? inner : own.call(this, key, inner))
    }
    return native(value, looking, space)
  }
  replace(JSON, 'stringify', stringify)
}

/** A guard that stands for a native function, by which compiled code finds the model of that. */
export function guardFor(native: AnyFunction, guard: AnyFunction): AnyFunction {
  Object.defineProperty(guard, 'name', { value: native.name, configurable: true })
  natives.set(guard, native)
  return guard
}

const guards = new WeakMap<object, AnyFunction>()

/** One guard for each method, however often it is put in place. */
function guardOf(native: AnyFunction): AnyFunction {
  const known = guards.get(native)
  if (known !== undefined) return known
  const { name, length } = native
  const guard = {
    method(this: unknown, ...args: unknown[]): unknown {
      if (state.thread !== undefined && isMemory(this)) throw refused(name)
      return native.apply(this, args)
    },
  }.method
  Object.defineProperty(guard, 'name', { value: name, configurable: true })
  Object.defineProperty(guard, 'length', { value: length, configurable: true })
  natives.set(guard, native)
  guards.set(native, guard)
  return guard
}

function isMemory(value: unknown): boolean {
  return isSharedView(value) || value instanceof SharedArrayBuffer
}

function refused(name: string): Error {
  const by =
    state.outside === undefined || state.outside === name ? '' : `, here by ${state.outside}`
  return refuse(
    state.callPlace,
    `${name} of shared memory is called by code that cannot be suspended (a conversion, a native ` +
      `function, or a module that is not compiled)${by}; read the elements one by one`,
  )
}
