import { came } from '@smpnet/memory'

/**
 * Longer copies go by `set`, which starts in some 50 ns: a byte that is copied by itself takes half
 * a nanosecond, and a word no longer.
 */
const SHORT_BYTES = 96
const SHORT_WORDS_BYTES = 256

/**
 * Copies between a queue and arrays of its caller, which often hands in the same one again: that
 * one is copied by words from its second time on, if it begins where words do.
 */
export class Copier {
  /** What was handed in last, and its words once it has come again. */
  #last: Uint8Array | undefined
  #lastWords: Int32Array | undefined

  constructor(
    readonly bytes: Uint8Array,
    readonly words: Int32Array,
  ) {}

  /** Copies `length` bytes of `from`, from `start`, to `at` in the queue, where a word begins. */
  copyIn(at: number, from: Uint8Array, start: number, length: number): void {
    const words = this.#wordsOf(from)
    if (words !== undefined && (start & 3) === 0 && length <= SHORT_WORDS_BYTES) {
      const { bytes, words: own } = this
      const whole = length >> 2
      const [to, first] = [at >> 2, start >> 2]
      for (let i = 0; i < whole; i++) own[to + i] = words[first + i]!
      for (let i = whole << 2; i < length; i++) bytes[at + i] = from[start + i]!
    } else {
      copyBytes(this.bytes, at, from, start, length)
    }
  }

  /** Copies `length` bytes at `at` in the queue, where a word begins, into `to` at `start`. */
  copyOut(to: Uint8Array, start: number, at: number, length: number): void {
    const words = this.#wordsOf(to)
    if (words !== undefined && (start & 3) === 0 && length <= SHORT_WORDS_BYTES) {
      const { bytes, words: own } = this
      const whole = length >> 2
      const [from, first] = [at >> 2, start >> 2]
      for (let i = 0; i < whole; i++) words[first + i] = own[from + i]!
      for (let i = whole << 2; i < length; i++) to[start + i] = bytes[at + i]!
    } else {
      copyBytes(to, start, this.bytes, at, length)
    }
  }

  /** The words of what is handed in again, of its length as it is now. */
  #wordsOf(array: Uint8Array): Int32Array | undefined {
    if (array !== this.#last) {
      this.#last = array
      this.#lastWords = undefined
      return undefined
    }
    const count = array.length >> 2
    if (this.#lastWords?.length === count) return this.#lastWords
    if ((array.byteOffset & 3) !== 0 || count === 0) return undefined
    return (this.#lastWords = new Int32Array(array.buffer, array.byteOffset, count))
  }
}

/** Copies `length` bytes of `from`, starting at `start`, into `to` at `at`. */
function copyBytes(
  to: Uint8Array,
  at: number,
  from: Uint8Array,
  start: number,
  length: number,
): void {
  if (length > SHORT_BYTES) to.set(from.subarray(start, start + length), at)
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!
}

/** Throws a TypeError, naming `what`, unless it is bytes. */
export function expectBytes(what: string, value: unknown): void {
  if (value instanceof Uint8Array) return
  if (Object.prototype.toString.call(value) === '[object Uint8Array]') return
  throw new TypeError(`${what} is a Uint8Array: ${came(value)} came`)
}
