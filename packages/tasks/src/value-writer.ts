import { kindOf, ownOf, textOf } from './error-kinds.ts'
import { CannotSend } from './errors.ts'
import { isShared, type SharedNumbers } from './shared-buffers.ts'
import { SHORT, Tag, VIEWS } from './value-tags.ts'

/** How deep values may be nested: more is a ring in all likelihood. */
const DEEPEST = 64
/** Made when it is first needed: a host without it may load the package. */
let encoder: InstanceType<typeof TextEncoder> | undefined

/**
 * Writes values as bytes, for a `ValueReader` in another thread: plain data, JSON's and more. Each
 * value is a tag, then its length if it has one, then its bytes or the values in it.
 *
 * A value is written into a buffer of fixed size, and copied into a task's place only when all of
 * it is there, so that one that cannot be sent leaves nothing behind. The writer does not look for
 * values that it has seen: a value that is named twice comes twice, and a ring is refused by its
 * depth. Shared memory is not written but named, by a number that both sides know.
 *
 * An error is to arrive whatever hangs on it: what of its own cannot be sent, or finds no room, is
 * left out, and a text of it that finds none is cut.
 */
export class ValueWriter {
  readonly bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  #depth = 0
  /** The errors that are being written, one within another. */
  readonly #errors = new Set<Error>()
  readonly #one = (value: unknown): void => this.#write(value)

  constructor(
    readonly capacity: number,
    /** The numbers of shared buffers; without it none can be sent. */
    readonly shared?: SharedNumbers,
    /** What is written, as messages name it: several, or they end in a comma. */
    readonly what = "a task's arguments, and its result,",
  ) {
    this.bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.bytes.buffer)
  }

  /** Writes one value and returns its bytes. Throws CannotSend, naming what cannot be sent. */
  encode(value: unknown): number {
    this.#at = 0
    this.#depth = 0
    this.#write(value)
    return this.#at
  }

  #write(value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        return this.#tag(Tag.undefined)
      case 'boolean':
        return this.#tag(value ? Tag.true : Tag.false)
      case 'number':
        return this.#number(value)
      case 'string':
        return this.#string(Tag.string, value)
      case 'bigint':
        return this.#string(Tag.bigint, value.toString())
      case 'object':
        return value === null ? this.#tag(Tag.null) : this.#nested(value)
      default:
        throw new CannotSend(`plain data can be sent to another thread: a ${typeof value} came`)
    }
  }

  #number(value: number): void {
    if (Object.is(value | 0, value)) {
      this.#tag(Tag.int)
      this.#view.setInt32(this.#room(4), value)
    } else {
      this.#tag(Tag.float)
      this.#view.setFloat64(this.#room(8), value)
    }
  }

  #string(tag: number, value: string): void {
    this.#tag(tag)
    const lengthAt = this.#room(4)
    if (this.#short(value)) return this.#view.setUint32(lengthAt, value.length)
    const { read, written } = (encoder ??= new TextEncoder()).encodeInto(
      value,
      this.bytes.subarray(this.#at),
    )
    if (read < value.length) throw this.#tooLarge()
    this.#at += written
    this.#view.setUint32(lengthAt, written)
  }

  /** A short text of ASCII, as most names are, costs less without the encoder; false for others. */
  #short(value: string): boolean {
    const { length } = value
    if (length > SHORT || this.#at + length > this.capacity) return false
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code >= 0x80) return false
      this.bytes[this.#at + i] = code
    }
    this.#at += length
    return true
  }

  #nested(value: object): void {
    if (++this.#depth > DEEPEST) {
      throw new CannotSend(
        `values are nested up to ${DEEPEST} deep: this one is deeper, or a ring`,
      )
    }
    // First what comes most: to ask an object for each of the classes below costs more than it has.
    if (isPlain(value)) this.#object(value)
    else if (Array.isArray(value)) this.#list(Tag.array, value)
    else if (ArrayBuffer.isView(value)) this.#typed(value)
    else if (isShared(value)) this.#shared(Tag.shared, value)
    else if (value instanceof Error) this.#error(value)
    else if (value instanceof Date) this.#date(value)
    else if (value instanceof Map) this.#list(Tag.map, [...value].flat())
    else if (value instanceof Set) this.#list(Tag.set, [...value])
    else throw unknownClass(value)
    this.#depth--
  }

  #list(tag: number, items: readonly unknown[]): void {
    this.#tag(tag)
    this.#view.setUint32(this.#room(4), items.length)
    for (const item of items) this.#write(item)
  }

  #object(value: object): void {
    const names = Object.keys(value)
    this.#tag(Tag.object)
    this.#view.setUint32(this.#room(4), names.length)
    for (const name of names) {
      this.#string(Tag.string, name)
      this.#write((value as Record<string, unknown>)[name])
    }
  }

  #typed(value: ArrayBufferView): void {
    const kind = VIEWS.findIndex((View) => value instanceof View)
    if (kind < 0) {
      throw new CannotSend(`typed arrays can be sent: a ${value.constructor.name} came`)
    }
    if (isShared(value.buffer)) return this.#sharedView(value, kind, value.buffer)
    this.#tag(Tag.view)
    this.#view.setUint8(this.#room(1), kind)
    this.#view.setUint32(this.#room(4), value.byteLength)
    const at = this.#room(value.byteLength)
    this.bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at)
  }

  #sharedView(value: ArrayBufferView, kind: number, buffer: SharedArrayBuffer): void {
    this.#shared(Tag.sharedView, buffer)
    this.#view.setUint8(this.#room(1), kind)
    this.#number(value.byteOffset)
    this.#number(value.byteLength)
  }

  #shared(tag: number, buffer: SharedArrayBuffer): void {
    if (this.shared === undefined) throw new CannotSend(NOT_SHARED)
    const number = this.shared.numberOf(buffer)
    if (number === undefined) throw new CannotSend(NOT_KNOWN)
    this.#tag(tag)
    this.#view.setUint32(this.#room(4), number)
  }

  #error(error: Error): void {
    if (this.#errors.has(error)) throw new CannotSend('an error that is part of itself came')
    this.#errors.add(error)
    try {
      this.#tag(Tag.error)
      this.#string(Tag.string, kindOf(error))
      this.#text(textOf(error, 'name') ?? 'Error')
      this.#text(textOf(error, 'message') ?? '')
      this.#own(error)
    } finally {
      this.#errors.delete(error)
    }
  }

  /** How many of its own names and values can be sent, and these. */
  #own(error: Error): void {
    const countAt = this.#room(4)
    const count = namesAndValues(error).filter((own) =>
      this.#tries(() => own.forEach(this.#one)),
    ).length
    this.#view.setUint32(countAt, count)
  }

  /** A text, or where there is no room for it, its beginning. */
  #text(text: string): void {
    if (this.#tries(() => this.#string(Tag.string, text))) return
    this.#string(Tag.string, text.slice(0, this.capacity >> 3))
  }

  /** False, with nothing written, if that cannot be sent. */
  #tries(write: () => void): boolean {
    const at = this.#at
    const depth = this.#depth
    try {
      write()
      return true
    } catch {
      this.#at = at
      this.#depth = depth
      return false
    }
  }

  #date(value: Date): void {
    this.#tag(Tag.date)
    this.#view.setFloat64(this.#room(8), value.getTime())
  }

  #tag(tag: number): void {
    this.bytes[this.#room(1)] = tag
  }

  #room(bytes: number): number {
    const at = this.#at
    this.#at += bytes
    if (this.#at > this.capacity) throw this.#tooLarge()
    return at
  }

  #tooLarge(): CannotSend {
    return new CannotSend(
      `${this.what} take up to ${this.capacity} bytes: these take more; payloadBytes makes room`,
    )
  }
}

const NOT_SHARED = 'plain data can be sent to another thread: a SharedArrayBuffer came'
const NOT_KNOWN =
  'shared memory comes from the thread that has the task runner, and can go back there: a ' +
  'SharedArrayBuffer that a task made came'

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unknownClass(value: object): CannotSend {
  const name = value.constructor?.name ?? 'no known class'
  return new CannotSend(`plain data can be sent to another thread: an object of ${name} came`)
}

/** Nothing of a proxy that does not even say which names it has. */
function namesAndValues(error: Error): [string, unknown][] {
  try {
    return ownOf(error)
  } catch {
    return []
  }
}
