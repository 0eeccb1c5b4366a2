import type { SharedView } from './operation.ts'

/** Answers by view, because asking a view for its buffer's kind is slow. */
const known = new WeakMap<object, boolean>()

/** Whether the value is a typed array or DataView over shared memory. */
export function isSharedView(value: unknown): value is SharedView {
  if (!ArrayBuffer.isView(value)) return false
  const answer = known.get(value)
  if (answer !== undefined) return answer
  const isShared = value.buffer instanceof SharedArrayBuffer
  known.set(value, isShared)
  return isShared
}

const integerViews: ReadonlySet<string> = new Set([
  'Int8Array',
  'Uint8Array',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
])

/** Whether `Atomics` takes the view; if not, the engine's own call must throw its own error. */
export function isAtomicView(view: SharedView): boolean {
  return integerViews.has((view as unknown as Record<symbol, string>)[Symbol.toStringTag]!)
}

/** Bytes of one element. */
export function elementBytes(view: SharedView): number {
  return (view as unknown as Int8Array).BYTES_PER_ELEMENT ?? 1
}

/** Elements of a typed array. */
export function lengthOf(view: SharedView): number {
  return (view as unknown as Int8Array).length ?? 0
}

/** The index that a property key names, or -1 when the key is no index in range. */
export function indexOf(view: SharedView, key: unknown): number {
  const index = typeof key === 'number' ? key : typeof key === 'string' ? Number(key) : -1
  if (!Number.isInteger(index) || index < 0 || index >= lengthOf(view)) return -1
  return typeof key === 'number' || String(index) === key ? index : -1
}
