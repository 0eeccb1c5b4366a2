import { errorOf, HIDDEN } from './error-kinds.ts'
import type { SharedBuffers } from './shared-buffers.ts'
import { NameCache } from './name-cache.ts'
import { SHORT, Tag, VIEWS } from './value-tags.ts'

/** Made when it is first needed: a host without it may load the package. */
let decoder: InstanceType<typeof TextDecoder> | undefined

/** What each class of a view takes, as TypeScript does not say of all of them at once. */
interface ViewOfAny {
  new (buffer: ArrayBufferLike, at: number, length: number): ArrayBufferView
  readonly BYTES_PER_ELEMENT: number
}

/**
 * Reads what a `ValueWriter` wrote: a tag, then what follows it, values within values in the order
 * in which they were written. The bytes come from a writer of the same version in the same machine,
 * and so are trusted; a tag that is none is an error of this package. Whatever is returned is a
 * copy of its own, since the bytes are the next task's as soon as this one is read.
 */
export class ValueReader {
  readonly #view: DataView
  readonly #names = new NameCache()
  #at = 0

  constructor(
    readonly bytes: Uint8Array,
    /** The shared buffers by their numbers. */
    readonly shared?: SharedBuffers,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The value at the beginning of the bytes. */
  decode(): unknown {
    this.#at = 0
    return this.#read()
  }

  #read(): unknown {
    const tag = this.#view.getUint8(this.#at++)
    switch (tag) {
      case Tag.undefined:
        return undefined
      case Tag.null:
        return null
      case Tag.false:
        return false
      case Tag.true:
        return true
      case Tag.int:
        return this.#view.getInt32(this.#skip(4))
      case Tag.float:
        return this.#view.getFloat64(this.#skip(8))
      case Tag.string:
        return this.#string()
      case Tag.bigint:
        return BigInt(this.#string())
      default:
        return this.#nested(tag)
    }
  }

  #nested(tag: number): unknown {
    switch (tag) {
      case Tag.array:
        return this.#list()
      case Tag.object:
        return this.#object()
      case Tag.view:
        return this.#buffer()
      case Tag.date:
        return new Date(this.#view.getFloat64(this.#skip(8)))
      case Tag.map:
        return new Map(pairs(this.#list()))
      case Tag.set:
        return new Set(this.#list())
      case Tag.error:
        return this.#error()
      case Tag.shared:
        return this.#shared()
      case Tag.sharedView:
        return this.#sharedView()
      default:
        throw new Error(`a value begins with a tag up to ${Tag.sharedView}: ${tag} came`)
    }
  }

  #string(): string {
    const length = this.#view.getUint32(this.#skip(4))
    const at = this.#skip(length)
    return this.#text(at, length)
  }

  #text(at: number, length: number): string {
    const short = length > SHORT ? undefined : shortText(this.bytes, at, length)
    if (short !== undefined) return short
    return (decoder ??= new TextDecoder()).decode(this.bytes.subarray(at, at + length))
  }

  #list(): unknown[] {
    const length = this.#view.getUint32(this.#skip(4))
    const list: unknown[] = []
    for (let i = 0; i < length; i++) list.push(this.#read())
    return list
  }

  #object(): object {
    const object: Record<string, unknown> = {}
    for (let left = this.#view.getUint32(this.#skip(4)); left > 0; left--) {
      const name = this.#name()
      const value = this.#read()
      // By assignment it would be the prototype.
      if (name === '__proto__') define(object, name, value, true)
      else object[name] = value
    }
    return object
  }

  /** The name of a property: most are of one of few objects, and have been read before. */
  #name(): string {
    this.#skip(1)
    const length = this.#view.getUint32(this.#skip(4))
    const at = this.#skip(length)
    const known = this.#names.find(this.bytes, at, length)
    if (known !== undefined) return known
    const name = this.#text(at, length)
    this.#names.add(name, this.bytes, at, length)
    return name
  }

  #buffer(): ArrayBufferView {
    const View = VIEWS[this.#view.getUint8(this.#skip(1))]!
    const length = this.#view.getUint32(this.#skip(4))
    const at = this.#skip(length)
    return new View(this.bytes.slice(at, at + length).buffer)
  }

  #shared(): SharedArrayBuffer {
    const number = this.#view.getUint32(this.#skip(4))
    if (this.shared === undefined) throw new Error('shared buffers have numbers: none is known')
    return this.shared.bufferOf(number)
  }

  #sharedView(): ArrayBufferView {
    const buffer = this.#shared()
    const View = VIEWS[this.#view.getUint8(this.#skip(1))]! as ViewOfAny
    const at = this.#read() as number
    const bytes = this.#read() as number
    return new View(buffer, at, bytes / View.BYTES_PER_ELEMENT)
  }

  #error(): Error {
    const [kind, name, message] = [this.#read(), this.#read(), this.#read()] as string[]
    const error = errorOf(kind!, message!)
    if (error.name !== name) define(error, 'name', name, false)
    // Not where it was read, if what was thrown came without.
    define(error, 'stack', `${name}: ${message}`, false)
    for (let left = this.#view.getUint32(this.#skip(4)); left > 0; left--) {
      const key = this.#read() as string
      define(error, key, this.#read(), !HIDDEN.includes(key))
    }
    return error
  }

  #skip(bytes: number): number {
    const at = this.#at
    this.#at += bytes
    return at
  }
}

function pairs(list: readonly unknown[]): [unknown, unknown][] {
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]])
}

/** A text of ASCII; undefined for another. */
function shortText(bytes: Uint8Array, at: number, length: number): string | undefined {
  let text = ''
  for (let i = at; i < at + length; i++) {
    const code = bytes[i]!
    if (code >= 0x80) return undefined
    text += String.fromCharCode(code)
  }
  return text
}

function define(error: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true })
}
