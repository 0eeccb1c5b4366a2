import { answer, getElement, setElement } from './access.ts'
import { copyingModel } from './copies.ts'
import { OP, type SharedView } from './operation.ts'
import { refuse } from './refusal.ts'
import { state, STEP } from './state.ts'
import { Steps } from './steps.ts'
import { isSharedView, lengthOf } from './views.ts'

type Model = (place: number) => Generator<unknown, unknown, unknown>
type AnyFunction = (...args: never[]) => unknown
type Snapshot = Record<string, AnyFunction>

const typedArray = Object.getPrototypeOf(Int8Array.prototype) as Record<string, AnyFunction>
const names = new Map<AnyFunction, string>()
for (const key of Object.getOwnPropertyNames(typedArray)) {
  const value: unknown = Object.getOwnPropertyDescriptor(typedArray, key)!.value
  if (typeof value === 'function' && key !== 'constructor') names.set(value as AnyFunction, key)
}
for (const key of Object.getOwnPropertyNames(DataView.prototype)) {
  const value: unknown = Object.getOwnPropertyDescriptor(DataView.prototype, key)!.value
  if (/^[gs]et/.test(key)) names.set(value as AnyFunction, key)
}

/** Methods that hand out the same memory or go over its keys, and touch no element. */
const PASSIVE: ReadonlySet<string> = new Set(['subarray', 'keys'])
/** Undefined on a page without shared memory, which may load this all the same. */
const sliceOfBuffer =
  typeof SharedArrayBuffer === 'function'
    ? (SharedArrayBuffer.prototype.slice as AnyFunction)
    : undefined

/**
 * Native functions over shared memory, in steps: an element is a step, as it would be in a loop
 * that the source had written out, since native code makes no promise to be atomic. A method that
 * has no loop of its own here reads all elements, is run natively on a copy, and writes back the
 * elements that it changed. A value of a DataView is one step, which must lie within 8 aligned
 * bytes, the granule of the engine; what crosses a boundary is refused.
 */

/**
 * How a native function that would touch shared memory runs step by step, if it is one: the
 * methods of typed arrays and DataViews, and what copies a typed array.
 */
export function modelOf(fn: AnyFunction, self: unknown, args: unknown[]): Model | undefined {
  const name = names.get(fn)
  if (name !== undefined && isSharedView(self)) {
    if (self instanceof DataView) return (place) => dataView(place, self as never, name, args)
    if (name === 'values' || name === 'entries') {
      return (place) => iterator(place, self, name === 'entries')
    }
    if (!PASSIVE.has(name)) return (place) => method(place, self, fn, name, args)
  }
  if (fn === sliceOfBuffer && self instanceof SharedArrayBuffer) {
    return (place) => sliced(place, self, args)
  }
  const copying = copyingModel(fn, self, args)
  if (copying !== undefined) return copying
  const [source] = args
  if (name === 'set' && isSharedView(source)) return (place) => setFrom(place, fn, self, args)
  if (!isSharedView(source)) return undefined
  if (fn === (Array.from as AnyFunction)) return (place) => arrayFrom(place, args)
  if (isTypedArrayClass(fn)) return (place) => copy(place, fn, source)
  return undefined
}

/** An iterator that reads each element when it is asked for it. */
function* iterator(
  place: number,
  view: SharedView,
  isEntries: boolean,
): Generator<unknown, Steps> {
  return new Steps(elements(place, view, isEntries))
}

/** A copy of a stretch of shared memory, byte by byte, as another shared buffer. */
function* sliced(
  place: number,
  buffer: SharedArrayBuffer,
  args: unknown[],
): Generator<unknown, unknown, unknown> {
  const bytes = new Uint8Array(buffer)
  const [from, to] = range(args[0], args[1], bytes.length)
  const view = bytes.subarray(from, Math.max(from, to))
  const copy = new SharedArrayBuffer(view.length)
  const target = new Uint8Array(copy)
  const values = yield* snapshot(place, view as SharedView)
  // Nobody else has the copy yet.
  for (let i = 0; i < values.length; i++) target[i] = values[i] as number
  return copy
}

/** The elements of a shared array, one step each, or the first of them. */
export function* snapshot(
  place: number,
  view: SharedView,
  most = Infinity,
): Generator<unknown, unknown[], unknown> {
  const elements: unknown[] = []
  for (let i = 0; i < Math.min(most, lengthOf(view)); i++) {
    getElement(place, view, i)
    elements.push(yield STEP)
  }
  return elements
}

/** The elements as steps of a loop over them: each is read when the loop asks for it. */
export function* elements(
  place: number,
  view: SharedView,
  isEntries = false,
): Generator<unknown, void, unknown> {
  for (let i = 0; i < lengthOf(view); i++) {
    getElement(place, view, i)
    const value = yield STEP
    yield isEntries ? [i, value] : value
  }
}

function* method(
  place: number,
  self: SharedView,
  fn: AnyFunction,
  name: string,
  args: unknown[],
): Generator<unknown, unknown, unknown> {
  if (name === 'fill') return yield* fill(place, self, args)
  if (name === 'set') return yield* setAll(place, self, args[0] as ArrayLike<unknown>, args[1])
  if (name === 'at') {
    const at = Math.trunc(Number(args[0])) || 0
    return getElement(place, self, at < 0 ? at + lengthOf(self) : at) ? yield STEP : answer.value
  }
  const copied = plainCopy(self, yield* snapshot(place, self))
  const result = (fn as (...a: unknown[]) => unknown).apply(copied, args)
  const [from, to] = writtenBy(name, self, args)
  for (let i = from; i < to; i++) {
    setElement(place, self, i, (copied as unknown as ArrayLike<unknown>)[i])
    yield STEP
  }
  return result === (copied as unknown) ? self : result
}

/** Which elements a method writes, whether or not it changes them. */
function writtenBy(name: string, self: SharedView, args: unknown[]): [number, number] {
  const length = lengthOf(self)
  if (name === 'sort' || name === 'reverse') return [0, length]
  if (name !== 'copyWithin') return [0, 0]
  const [to] = range(args[0], undefined, length)
  const [from, end] = range(args[1], args[2], length)
  return [to, Math.min(length, to + Math.max(0, end - from))]
}

function* fill(place: number, self: SharedView, args: unknown[]): Generator<unknown, unknown> {
  const length = lengthOf(self)
  const [from, to] = range(args[1], args[2], length)
  for (let i = from; i < to; i++) {
    setElement(place, self, i, args[0])
    yield STEP
  }
  return self
}

function* setAll(
  place: number,
  self: SharedView,
  source: ArrayLike<unknown>,
  offset: unknown,
): Generator<unknown, unknown, unknown> {
  const start = Number(offset ?? 0)
  const isShared = isSharedView(source)
  if (start + source.length > lengthOf(self)) throw new RangeError('offset is out of bounds')
  for (let i = 0; i < source.length; i++) {
    const value = isShared && getElement(place, source, i) ? yield STEP : source[i]
    setElement(place, self, start + i, value)
    yield STEP
  }
  return undefined
}

/** `set` on an ordinary array from a shared one. */
function* setFrom(
  place: number,
  fn: AnyFunction,
  self: unknown,
  args: unknown[],
): Generator<unknown, unknown, unknown> {
  const source = plainCopy(args[0] as SharedView, yield* snapshot(place, args[0] as SharedView))
  return (fn as (...a: unknown[]) => unknown).apply(self, [source, args[1]])
}

function* arrayFrom(place: number, args: unknown[]): Generator<unknown, unknown, unknown> {
  const source = yield* snapshot(place, args[0] as SharedView)
  return Array.from(source, args[1] as never)
}

function* copy(
  place: number,
  Class: AnyFunction,
  source: SharedView,
): Generator<unknown, unknown, unknown> {
  return Reflect.construct(Class, [yield* snapshot(place, source)])
}

function* dataView(
  place: number,
  self: SharedView,
  name: string,
  args: unknown[],
): Generator<unknown, unknown, unknown> {
  const isRead = name.startsWith('get')
  const size = Number(/\d+$/.exec(name)![0]) / 8
  const offset = Number(args[0] ?? 0)
  if (!(offset >= 0 && offset + size <= self.byteLength)) {
    throw new RangeError('Offset is outside the bounds of the DataView')
  }
  if (((self.byteOffset + offset) % 8) + size > 8) {
    throw refuse(place, `${name} at byte ${offset} crosses an 8-byte boundary; align it`)
  }
  const op = state.pending.access(isRead ? OP.read : OP.write, place, self, offset)
  op.method = name
  op.first = isRead ? undefined : args[1]
  op.littleEndian = Boolean(args[isRead ? 1 : 2])
  return yield STEP
}

function plainCopy(view: SharedView, values: unknown[]): Snapshot {
  const Class = view.constructor as new (values: unknown[]) => Snapshot
  return new Class(values)
}

function isTypedArrayClass(fn: unknown): boolean {
  return typeof fn === 'function' && Object.getPrototypeOf(fn) === Object.getPrototypeOf(Int8Array)
}

function range(from: unknown, to: unknown, length: number): [number, number] {
  const clamp = (value: unknown, otherwise: number): number => {
    const at = value === undefined ? otherwise : Math.trunc(Number(value)) || 0
    return at < 0 ? Math.max(0, at + length) : Math.min(at, length)
  }
  return [clamp(from, 0), clamp(to, length)]
}
