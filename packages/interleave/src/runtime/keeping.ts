import { compiledOf } from './functions.ts'
import { never, refuse } from './refusal.ts'
import { isNative } from './sources.ts'
import { isSharedView } from './views.ts'

/**
 * What may be given shared memory although it is not compiled: native functions that keep what they
 * are given, compare it, or convert it, which the guarded methods of the memory see. Everything
 * else might look inside, and no schedule would show it.
 */

const KEEPING = new WeakSet<object>()

const WHOLE: readonly object[] = [
  Math,
  Number,
  BigInt,
  Number.prototype,
  String.prototype,
  Object.prototype,
  Map.prototype,
  Set.prototype,
  WeakMap.prototype,
  WeakSet.prototype,
  Promise,
]
const SOME: readonly (readonly [object, readonly string[]])[] = [
  [
    Object,
    ['is', 'keys', 'getPrototypeOf', 'hasOwn', 'freeze', 'isFrozen', 'seal', 'isExtensible'],
  ],
  [Object, ['getOwnPropertyNames', 'getOwnPropertySymbols', 'fromEntries']],
  [Reflect, ['has', 'ownKeys', 'getPrototypeOf', 'isExtensible']],
  [Array, ['isArray', 'of']],
  [ArrayBuffer, ['isView']],
  [globalThis, ['isNaN', 'isFinite', 'parseInt', 'parseFloat', 'encodeURIComponent']],
  [Atomics, ['isLockFree', 'pause']],
  [Object.getPrototypeOf(Int8Array.prototype), ['subarray', 'keys']],
  [String, ['raw', 'fromCharCode', 'fromCodePoint']],
]

for (const object of WHOLE) keep(object, Object.getOwnPropertyNames(object))
for (const [object, names] of SOME) keep(object, names)
for (const fn of [Number, BigInt, String, Boolean, Symbol]) KEEPING.add(fn)

/** Methods of arrays, which keep or compare what they are given, and go through their array. */
const ofArrays = new Set<unknown>(
  Object.getOwnPropertyNames(Array.prototype).map((name) => (Array.prototype as never)[name]),
)

function keep(object: object, names: readonly string[]): void {
  for (const name of names) {
    const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value
    if (typeof value === 'function') KEEPING.add(value)
  }
}

/** Native classes whose constructors keep, convert or go through what they are given. */
const CLASSES: ReadonlySet<string> = new Set(
  (
    'Map Set WeakMap WeakSet WeakRef Array Promise Date String Number Boolean RegExp URL ' +
    'Error TypeError RangeError Event CustomEvent'
  ).split(' '),
)

const TypedArray: unknown = Object.getPrototypeOf(Int8Array)

/** Whether it makes views of a buffer or the buffer itself, which reads nothing. */
function isView(Class: unknown): boolean {
  if (Class === DataView || Class === SharedArrayBuffer) return true
  return Object.getPrototypeOf(Class as object) === TypedArray
}

const classes = new WeakSet<object>()

/** Notes a class of a compiled module. */
export function noteClass(Class: object): void {
  classes.add(Class)
}

export function isCompiledClass(Class: unknown): boolean {
  if (typeof Class !== 'function') return false
  return classes.has(Class) || compiledOf(Class) !== undefined
}

/** Refuses a call of code that is not compiled with shared memory in its hands. */
export function checkArguments(
  place: number,
  fn: (...args: never[]) => unknown,
  self: unknown,
  args: readonly unknown[],
): void {
  if (!args.some(isShared) && !isSharedView(self)) return
  if (KEEPING.has(fn)) return
  if (ofArrays.has(fn) && !isSharedView(self)) return
  // A view of a buffer, such as `Buffer.from(buffer)`, reads nothing.
  if (!args.some(isSharedView) && !isSharedView(self) && makesViews(fn)) return
  throw given(place, fn.name || 'a function')
}

function makesViews(fn: { name: string }): boolean {
  return isNative(fn) || (fn.name === 'from' && 'Buffer' in globalThis)
}

/** Refuses to make an object by code that is not compiled, with shared memory in its hands. */
export function checkConstruction(place: number, Class: unknown, args: readonly unknown[]): void {
  if (Class === Function) never(place, 'eval')
  checkAgents(place, Class)
  if (!args.some(isShared) || isCompiledClass(Class)) return
  const { name } = Class as { name: string }
  if (!args.some(isSharedView) && isView(Class)) return
  if (isNative(Class) && CLASSES.has(name)) return
  throw given(place, name || 'a class')
}

/** What would run beside the program, or later, unseen by any schedule. */
const AGENTS = new Set(['Worker', 'SharedWorker', 'MessageChannel', 'BroadcastChannel'])

/** A constructor that `new` calls has a model; it comes here where a class extends another. */
function checkAgents(place: number, Class: unknown): void {
  const { name } = Class as { name: string }
  if (!AGENTS.has(name) || isCompiledClass(Class)) return
  const advice =
    name === 'SharedWorker'
      ? 'a SharedWorker is not modelled; use a Worker, and hand its ports on'
      : `a class that extends ${name} is not modelled; keep what \`new ${name}\` makes in a field`
  throw refuse(place, advice)
}

/** Shared memory as such, or a view of it. */
function isShared(value: unknown): boolean {
  return isSharedView(value) || value instanceof SharedArrayBuffer
}

function given(place: number, name: string): Error {
  const { Buffer: bytes } = globalThis as { Buffer?: { prototype: object } }
  const advice =
    bytes !== undefined && Object.hasOwn(bytes.prototype, name)
      ? 'use the elements, or a DataView of the same buffer'
      : 'name its module to the checker, or copy what it needs first'
  return refuse(place, `${name} is given shared memory and is not compiled; ${advice}`)
}
