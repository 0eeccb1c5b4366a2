/**
 * Native functions that change nothing that a program can see: a loop that calls only these may
 * still be an idle one. What they may be given is another question; see `keeping.ts`.
 */
const pure = new WeakSet<object>()

const WHOLE: readonly object[] = [
  Math,
  Number,
  BigInt,
  Object.prototype,
  Reflect,
  Number.prototype,
]
const SOME: readonly (readonly [object, readonly string[]])[] = [
  [Object, ['is', 'keys', 'values', 'entries', 'freeze', 'getPrototypeOf', 'hasOwn']],
  [Array, ['isArray']],
  [ArrayBuffer, ['isView']],
  [Map.prototype, ['get', 'has', 'keys', 'values', 'entries']],
  [Set.prototype, ['has', 'keys', 'values', 'entries']],
  [WeakMap.prototype, ['get', 'has']],
  [WeakSet.prototype, ['has']],
  [Array.prototype, ['at', 'concat', 'includes', 'indexOf', 'join', 'slice', 'keys', 'values']],
  [Atomics, ['isLockFree', 'pause']],
]

const CHANGING: ReadonlySet<string> = new Set([
  'random',
  'set',
  'deleteProperty',
  'defineProperty',
  'apply',
  'construct',
  'constructor',
  '__defineGetter__',
  '__defineSetter__',
])

for (const object of WHOLE) add(object, Object.getOwnPropertyNames(object))
for (const [object, names] of SOME) add(object, names)
add(String.prototype, Object.getOwnPropertyNames(String.prototype))
for (const fn of [Number, BigInt, String, Boolean, Symbol]) pure.add(fn)
addViews()

/** Whether the function is one of these. */
export function isPure(fn: object): boolean {
  return pure.has(fn)
}

function add(object: object, names: readonly string[]): void {
  for (const name of names) {
    if (CHANGING.has(name)) continue
    const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value
    if (typeof value === 'function') pure.add(value)
  }
}

/** A new view of the same memory, and iterators. */
function addViews(): void {
  const prototype: object = Object.getPrototypeOf(Int8Array.prototype)
  add(prototype, ['subarray', 'keys', 'entries', 'values'])
}
