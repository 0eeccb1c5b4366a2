import type { Address } from './address.ts'
import { internetSum } from './internet-sum.ts'
import type { Memory } from './memory.ts'
import { came } from './came.ts'
import { checkMemoryBytes } from './memory-size.ts'
import { checkKind } from './one-kind.ts'
import { ANONYMOUS } from './spin-lock.ts'
import { expectShared, newShared } from './shared-buffer.ts'

/** Copies of up to this many bytes go byte by byte: a typed array's `set` starts in some 50 ns. */
const SHORT_COPY_BYTES = 32
/**
 * Loads in the first pause and in the longest, of 1 to 4 ns each; pauses double between. Each look
 * at a word takes its line from the thread that is waited for, at some hundred nanoseconds for
 * both threads, so that a waiter that looks all the time halves what the other thread gets done.
 */
const FIRST_PAUSE = 16
const LONGEST_PAUSE = 512
const DOUBLINGS = Math.log2(LONGEST_PAUSE / FIRST_PAUSE)
/** Attempts of `pause` that only spin, for some 10 to 30 µs; later ones give the core away. */
const SPINNING_ATTEMPTS = 16
/** How long one of those later attempts sleeps at most. */
const NAP_MS = 0.05
/** A word of this thread's own to nap on: on a word of the memory a waiter might be asleep. */
let napWord: Int32Array<SharedArrayBuffer> | undefined

/** Memory on a live machine: `Atomics` on one SharedArrayBuffer, which every thread opens. */
export class LiveMemory implements Memory {
  /** The words, for the drivers that wait on them with `Atomics.wait` and `Atomics.waitAsync`. */
  readonly words: Int32Array<SharedArrayBuffer>
  readonly size: number
  holder = ANONYMOUS
  readonly #bytes: Uint8Array<SharedArrayBuffer>
  /** Reads fields of headers: faster than byte by byte. */
  readonly #view: DataView<SharedArrayBuffer>

  /**
   * Opens the memory that `buffer` holds. Throws a TypeError for what is no SharedArrayBuffer, a
   * RangeError for a size that cannot be one, and an Error in an isolate that has priced memory:
   * see `allowBothMemories`.
   */
  constructor(readonly buffer: SharedArrayBuffer) {
    expectShared(buffer)
    checkMemoryBytes(buffer.byteLength)
    checkKind('live')
    this.size = buffer.byteLength
    this.words = new Int32Array(buffer)
    this.#bytes = new Uint8Array(buffer)
    this.#view = new DataView(buffer)
  }

  /** A new memory of `bytes` zero bytes. Throws a RangeError for a size that cannot be one. */
  static create(bytes: number): LiveMemory {
    checkMemoryBytes(bytes)
    return new LiveMemory(newShared(bytes))
  }

  get isSimulated(): boolean {
    return false
  }

  load(at: Address): number {
    return Atomics.load(this.words, at >> 2)
  }

  store(at: Address, value: number): void {
    Atomics.store(this.words, at >> 2, value)
  }

  exchange(at: Address, value: number): number {
    return Atomics.exchange(this.words, at >> 2, value)
  }

  compareExchange(at: Address, expected: number, value: number): number {
    return Atomics.compareExchange(this.words, at >> 2, expected, value)
  }

  add(at: Address, delta: number): number {
    return Atomics.add(this.words, at >> 2, delta)
  }

  or(at: Address, bits: number): number {
    return Atomics.or(this.words, at >> 2, bits)
  }

  and(at: Address, bits: number): number {
    return Atomics.and(this.words, at >> 2, bits)
  }

  read(at: Address): number {
    return this.words[at >> 2]!
  }

  write(at: Address, value: number): void {
    this.words[at >> 2] = value
  }

  read8(at: Address): number {
    return this.#bytes[at]!
  }

  write8(at: Address, value: number): void {
    this.#bytes[at] = value
  }

  read16be(at: Address): number {
    return this.#view.getUint16(at)
  }

  write16be(at: Address, value: number): void {
    this.#view.setUint16(at, value)
  }

  read32be(at: Address): number {
    return this.#view.getInt32(at)
  }

  write32be(at: Address, value: number): void {
    this.#view.setInt32(at, value)
  }

  copyIn(to: Address, from: Uint8Array, start: number, length: number): void {
    const bytes = this.#bytes
    if (length <= SHORT_COPY_BYTES) {
      for (let i = 0; i < length; i++) bytes[to + i] = from[start + i]!
    } else if (start === 0 && length === from.length) {
      bytes.set(from, to)
    } else {
      bytes.set(from.subarray(start, start + length), to)
    }
  }

  copyOut(from: Address, to: Uint8Array, start: number, length: number): void {
    const bytes = this.#bytes
    if (length <= SHORT_COPY_BYTES) {
      for (let i = 0; i < length; i++) to[start + i] = bytes[from + i]!
    } else {
      to.set(bytes.subarray(from, from + length), start)
    }
  }

  fill(at: Address, byte: number, length: number): void {
    this.#bytes.fill(byte, at, at + length)
  }

  move(to: Address, from: Address, length: number): void {
    this.#bytes.copyWithin(to, from, from + length)
  }

  sum(at: Address, length: number, initial = 0): number {
    if (!(length >= 0 && at + length <= this.size)) throw notInside(at, length, this.size)
    return internetSum(this.words, this.#bytes, at, length, initial)
  }

  settled(): boolean {
    return true
  }

  claimed(): boolean {
    return this.settled()
  }

  owned(): boolean {
    return this.settled()
  }

  charge(): void {}

  pause(attempt: number): void {
    if (attempt > SPINNING_ATTEMPTS) this.#nap()
    else this.#spin(attempt < DOUBLINGS ? FIRST_PAUSE << attempt : LONGEST_PAUSE)
  }

  spinsFor(): void {}

  /** Sleeps on a word that no thread notifies. A browser's main thread may not, and spins on. */
  #nap(): void {
    try {
      Atomics.wait((napWord ??= new Int32Array(newShared(4))), 0, 0, NAP_MS)
    } catch {
      this.#spin(LONGEST_PAUSE)
    }
  }

  #spin(loads: number): void {
    for (; loads > 0; loads--) Atomics.load(this.words, 0)
  }
}

/** What would be summed up past the end would take as long as its length says. */
function notInside(at: unknown, length: unknown, size: number): RangeError {
  return new RangeError(
    `bytes of a memory of ${size} are summed up: ${came(length)} at ${came(at)} came`,
  )
}
