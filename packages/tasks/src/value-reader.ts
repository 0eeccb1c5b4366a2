import { Tag, VIEWS } from './value-tags.ts'

/** Made when it is first needed: a host without it may load the package. */
let decoder: InstanceType<typeof TextDecoder> | undefined

/**
 * Reads what a `ValueWriter` wrote: a tag, then what follows it, values within values in the order
 * in which they were written. The bytes come from a writer of the same version in the same machine,
 * and so are trusted; a tag that is none is an error of this package. Whatever is returned is a
 * copy of its own, since the bytes are the next task's as soon as this one is read.
 */
export class ValueReader {
  readonly #view: DataView
  #at = 0

  constructor(readonly bytes: Uint8Array) {
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
        return Object.fromEntries(pairs(this.#list()) as [string, unknown][])
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
      default:
        throw new Error(`a value begins with a tag up to ${Tag.error}: ${tag} came`)
    }
  }

  #string(): string {
    const length = this.#view.getUint32(this.#skip(4))
    const at = this.#skip(length)
    return (decoder ??= new TextDecoder()).decode(this.bytes.subarray(at, at + length))
  }

  #list(): unknown[] {
    const length = this.#view.getUint32(this.#skip(4))
    return Array.from({ length }, () => this.#read())
  }

  #buffer(): ArrayBufferView {
    const View = VIEWS[this.#view.getUint8(this.#skip(1))]!
    const length = this.#view.getUint32(this.#skip(4))
    const at = this.#skip(length)
    return new View(this.bytes.slice(at, at + length).buffer)
  }

  #error(): Error {
    const [name, message, stack] = this.#list() as string[]
    const error = new Error(message)
    error.name = name!
    if (stack !== undefined) error.stack = stack
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
