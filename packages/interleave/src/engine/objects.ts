import type { SharedView } from '../runtime/operation.ts'
import { refuse } from '../runtime/refusal.ts'
import { elementBytes } from '../runtime/views.ts'

/**
 * What steps touch. A strategy compares steps of one execution with steps of another, so an object
 * has the same number in each, though the object itself is a new one: shared memory in granules of
 * 8 bytes, lists of waiters by the address that they wait at, and what else `SPACE` names.
 *
 * Buffers are handed out again from one execution to the next, cleared, and views are looked up
 * once, because making either costs far more than a step. A buffer that was not made in the running
 * execution is refused: it would start with what an earlier execution left in it.
 */

/** What steps can touch. */
export const SPACE = {
  memory: 0,
  waiters: 1,
  mailbox: 2,
  history: 3,
  item: 4,
  life: 5,
  inbox: 6,
  lengths: 7,
} as const
type Space = (typeof SPACE)[keyof typeof SPACE]

const SPACES = 8
const OFFSETS = 2 ** 32

/**
 * Numbers for objects, the same in every execution of one exploration: a buffer is known by the
 * thread that made it and by how many that thread had made before.
 */
export class ObjectNames {
  readonly #objects = new Map<number, number>()
  readonly #owners = new Map<string, number>()
  /** By buffer and granule; what a step asks for most. */
  readonly #granules: number[][] = []

  buffer(maker: number, count: number): number {
    return this.owner(`${maker}:${count}`)
  }

  /** What else owns objects, by what it is in each execution. */
  owner(key: string): number {
    let id = this.#owners.get(key)
    if (id === undefined) this.#owners.set(key, (id = this.#owners.size))
    return id
  }

  /** Eight aligned bytes of a buffer. */
  granule(buffer: number, at: number): number {
    const granules = (this.#granules[buffer] ??= [])
    return (granules[at] ??= this.object(SPACE.memory, buffer, at))
  }

  object(space: Space, owner: number, offset: number): number {
    const key = (owner * SPACES + space) * OFFSETS + offset
    let id = this.#objects.get(key)
    if (id === undefined) this.#objects.set(key, (id = this.#objects.size))
    return id
  }
}

const { fill } = Uint8Array.prototype

/** What the checker itself sees of a buffer; kept as long as the buffer, for views cost much. */
class Contents {
  readonly #words: Int32Array
  readonly #bytes: Uint8Array

  constructor(buffer: SharedArrayBuffer) {
    const { growable } = buffer as { growable?: boolean }
    const isTracking = growable && buffer.byteLength % 4 === 0
    const length = isTracking ? undefined : buffer.byteLength >> 2
    this.#words = new Int32Array(buffer, 0, length)
    this.#bytes = new Uint8Array(buffer)
  }

  clear(): void {
    // By the native function, which while threads run is not found where it was.
    fill.call(this.#bytes, 0)
  }

  /** Four bytes of a granule; those past the end of the buffer are 0. */
  word(index: number): number {
    if (index < this.#words.length) return this.#words[index]!
    let word = 0
    for (let i = 0; i < 4; i++) word |= (this.#bytes[index * 4 + i] ?? 0) << (8 * i)
    return word
  }
}

const contents = new WeakMap<SharedArrayBuffer, Contents>()

function contentsOf(buffer: SharedArrayBuffer): Contents {
  let known = contents.get(buffer)
  if (known === undefined) contents.set(buffer, (known = new Contents(buffer)))
  return known
}

/** Buffers made by earlier executions, to be used again: making one is far slower than a step. */
export class BufferPool {
  readonly #free = new Map<number, SharedArrayBuffer[]>()
  readonly #used: SharedArrayBuffer[] = []

  take(Class: SharedArrayBufferConstructor, bytes: number): SharedArrayBuffer {
    const buffer = this.#free.get(bytes)?.pop()
    if (buffer === undefined) {
      const made = new Class(bytes)
      this.#used.push(made)
      return made
    }
    contentsOf(buffer).clear()
    this.#used.push(buffer)
    return buffer
  }

  /** Takes back what the last execution used. */
  reclaim(): void {
    for (const buffer of this.#used.splice(0)) {
      const list = this.#free.get(buffer.byteLength)
      if (list === undefined) this.#free.set(buffer.byteLength, [buffer])
      else list.push(buffer)
    }
  }
}

/** A buffer of the running execution. */
export interface BufferInfo {
  readonly id: number
  readonly contents: Contents
}

/** Where a view lies. */
export interface ViewInfo {
  readonly owner: Buffers
  readonly buffer: BufferInfo
  readonly byteOffset: number
  readonly elementBytes: number
}

const views = new WeakMap<SharedView, ViewInfo>()

/** The buffers that one execution has made so far. */
export class Buffers {
  readonly #infos = new Map<SharedArrayBuffer, BufferInfo>()

  add(buffer: SharedArrayBuffer, id: number): void {
    this.#infos.set(buffer, { id, contents: contentsOf(buffer) })
  }

  /** The same memory as another object, as a memory of WebAssembly has one after it has grown. */
  alias(buffer: SharedArrayBuffer, of: SharedArrayBuffer): void {
    const known = this.#infos.get(of)
    if (known !== undefined) this.add(buffer, known.id)
  }

  viewInfo(view: SharedView, place: number): ViewInfo {
    const known = views.get(view)
    if (known?.owner === this) return known
    const buffer = this.#infos.get(view.buffer)
    if (buffer === undefined) {
      throw refuse(
        place,
        'the SharedArrayBuffer was not made in this execution; make it in `setup`, so that each ' +
          'execution starts with the same memory',
      )
    }
    const { byteOffset } = view
    const info: ViewInfo = { owner: this, buffer, byteOffset, elementBytes: elementBytes(view) }
    views.set(view, info)
    return info
  }
}

/** Which of the four bytes of two words differ, as a mask. */
export function differingBytes(a: number, b: number): number {
  const x = a ^ b
  if (x === 0) return 0
  return (
    ((x & 0xff) !== 0 ? 1 : 0) |
    ((x & 0xff00) !== 0 ? 2 : 0) |
    ((x & 0xff0000) !== 0 ? 4 : 0) |
    ((x & -0x1000000) !== 0 ? 8 : 0)
  )
}
