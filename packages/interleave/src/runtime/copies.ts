import { answer, getElement, setElement } from './access.ts'
import type { SharedView } from './operation.ts'
import { STEP } from './state.ts'
import { isSharedView, lengthOf } from './views.ts'

type AnyFunction = (...args: never[]) => unknown
type Steps = Generator<unknown, unknown, unknown>
type Bytes = Uint8Array<ArrayBuffer>

/** Methods of Node's `Buffer` that only read. */
const READING =
  /^(to(String|LocaleString|JSON)|equals|compare|(lastI|i)ndexOf|includes|read\w+|\w+Slice)$/

const readers = new Set<unknown>()
let copyBuffer: unknown

interface BufferClass {
  readonly prototype: Record<string, unknown>
  from(bytes: ArrayLike<number>): Bytes
}
const { Buffer: NodeBuffer } = globalThis as { Buffer?: BufferClass }
if (NodeBuffer !== undefined) {
  const { prototype } = NodeBuffer
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (READING.test(name)) readers.add(prototype[name])
  }
  copyBuffer = prototype['copy']
}
const { TextDecoder: Decoder } = globalThis as { TextDecoder?: typeof TextDecoder }

/** Functions that read the bytes which they are given. */
const decoders = new Set<unknown>(Decoder === undefined ? [] : [Decoder.prototype.decode])

/** Names a function that only reads the bytes that it is given first. */
export function decodes(fn: unknown): void {
  if (typeof fn === 'function') decoders.add(fn)
}

/**
 * Functions of the host that read whole stretches of bytes, as steps: each byte that they read is
 * one, and what they do is done to a copy.
 */
export function copyingModel(
  fn: AnyFunction,
  self: unknown,
  args: unknown[],
): ((place: number) => Steps) | undefined {
  if (!isSharedView(self) && !isSharedView(args[0])) return undefined
  if (fn === copyBuffer) return (place) => copy(place, self as Bytes, args)
  if (readers.has(fn) && isSharedView(self)) {
    return function* (place) {
      return Reflect.apply(fn, yield* bytesOf(place, self), args) as unknown
    }
  }
  const [first, ...rest] = args
  if (!decoders.has(fn) || !isSharedView(first)) return undefined
  return function* (place) {
    return Reflect.apply(fn, self, [yield* bytesOf(place, first), ...rest]) as unknown
  }
}

function* bytesOf(place: number, view: SharedView): Generator<unknown, Bytes, unknown> {
  const bytes: number[] = []
  for (let i = 0; i < lengthOf(view); i++) {
    getElement(place, view, i)
    bytes.push((yield STEP) as number)
  }
  return NodeBuffer?.from(bytes) ?? new Uint8Array(bytes)
}

/** `source.copy(target, at, from, to)`, as Node has it. */
function* copy(place: number, source: Bytes, args: unknown[]): Steps {
  const [target, at = 0, from = 0, to = source.length] = args as [Bytes, number?, number?, number?]
  const count = Math.min(to - from, source.length - from, target.length - at)
  for (let i = 0; i < count; i++) {
    const value = getElement(place, source, from + i) ? yield STEP : answer.value
    if (setElement(place, target, at + i, value)) yield STEP
  }
  return Math.max(0, count)
}
