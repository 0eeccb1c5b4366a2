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
    const { bytes, words } = this
    const fromWords = this.#wordsFor(from, start, length)
    if (fromWords === undefined) copyBytes(bytes, at, from, start, length)
    else copyWords(bytes, words, at, from, fromWords, start, length)
  }

  /** Copies `length` bytes at `at` in the queue, where a word begins, into `to` at `start`. */
  copyOut(to: Uint8Array, start: number, at: number, length: number): void {
    const { bytes, words } = this
    const toWords = this.#wordsFor(to, start, length)
    if (toWords === undefined) copyBytes(to, start, bytes, at, length)
    else copyWords(to, toWords, start, bytes, words, at, length)
  }

  /** The words of an array of the caller's, where copying by them pays. */
  #wordsFor(array: Uint8Array, start: number, length: number): Int32Array | undefined {
    const words = this.#wordsOf(array)
    return (start & 3) === 0 && length <= SHORT_WORDS_BYTES ? words : undefined
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

/** The same by words, which both begin with, and by the bytes that are left behind them. */
function copyWords(
  to: Uint8Array,
  toWords: Int32Array,
  at: number,
  from: Uint8Array,
  fromWords: Int32Array,
  start: number,
  length: number,
): void {
  const whole = length >> 2
  const [there, first] = [at >> 2, start >> 2]
  for (let i = 0; i < whole; i++) toWords[there + i] = fromWords[first + i]!
  for (let i = whole << 2; i < length; i++) to[at + i] = from[start + i]!
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
