import { type Address, CACHE_LINE_BYTES } from './address.ts'
import { checkMemoryBytes } from './memory-size.ts'
import type { Memory } from './memory.ts'
import type { Work } from './work.ts'

/** log2 of the bytes per line: an address shifted by it is a line's number. */
const LINE_SHIFT = Math.log2(CACHE_LINE_BYTES)

/**
 * Who sends the bill for accesses: a simulated machine. It knows which CPU is running, where each
 * cache line is and what moving it costs, and adds that to the running CPU's time.
 */
export interface Pricer {
  /** The running CPU reads something in line number `line`. */
  read(line: number): void
  /** It writes something there. */
  write(line: number): void
  /** It does an atomic read-modify-write there. */
  update(line: number): void
  /** It moves `bytes` bytes between the line range and memory of its own. */
  copy(firstLine: number, lastLine: number, bytes: number, writes: boolean): void
  /** It does `times` units of named work. */
  charge(work: Work, times: number): void
  /** It waits a moment in a spin loop that has failed `attempt` times. */
  pause(attempt: number): void
  /** Whether the running CPU has not run past the next event of any other. */
  settled(): boolean
}

/** Memory on a simulated machine: the words of all CPUs in one isolate, every access billed. */
export class PricedMemory implements Memory {
  readonly #words: Int32Array
  readonly #bytes: Uint8Array

  /** A new memory of `size` bytes, all zero. Throws a RangeError for a size that cannot be one. */
  constructor(
    readonly size: number,
    readonly pricer: Pricer,
  ) {
    checkMemoryBytes(size)
    this.#words = new Int32Array(size >> 2)
    this.#bytes = new Uint8Array(this.#words.buffer)
  }

  load(at: Address): number {
    this.pricer.read(at >> LINE_SHIFT)
    return this.#words[at >> 2]!
  }

  store(at: Address, value: number): void {
    this.pricer.write(at >> LINE_SHIFT)
    this.#words[at >> 2] = value
  }

  exchange(at: Address, value: number): number {
    return this.#update(at, value)
  }

  compareExchange(at: Address, expected: number, value: number): number {
    this.pricer.update(at >> LINE_SHIFT)
    const before = this.#words[at >> 2]!
    if (before === (expected | 0)) this.#words[at >> 2] = value
    return before
  }

  add(at: Address, delta: number): number {
    return this.#update(at, this.#words[at >> 2]! + delta)
  }

  or(at: Address, bits: number): number {
    return this.#update(at, this.#words[at >> 2]! | bits)
  }

  and(at: Address, bits: number): number {
    return this.#update(at, this.#words[at >> 2]! & bits)
  }

  read(at: Address): number {
    this.pricer.read(at >> LINE_SHIFT)
    return this.#words[at >> 2]!
  }

  write(at: Address, value: number): void {
    this.pricer.write(at >> LINE_SHIFT)
    this.#words[at >> 2] = value
  }

  copyIn(to: Address, from: Uint8Array, start: number, length: number): void {
    this.#billCopy(to, length, true)
    this.#bytes.set(from.subarray(start, start + length), to)
  }

  copyOut(from: Address, to: Uint8Array, start: number, length: number): void {
    this.#billCopy(from, length, false)
    to.set(this.#bytes.subarray(from, from + length), start)
  }

  fill(at: Address, byte: number, length: number): void {
    this.#billCopy(at, length, true)
    this.#bytes.fill(byte, at, at + length)
  }

  settled(): boolean {
    return this.pricer.settled()
  }

  charge(work: Work, times: number): void {
    this.pricer.charge(work, times)
  }

  pause(attempt: number): void {
    this.pricer.pause(attempt)
  }

  #update(at: Address, value: number): number {
    this.pricer.update(at >> LINE_SHIFT)
    const before = this.#words[at >> 2]!
    this.#words[at >> 2] = value
    return before
  }

  #billCopy(at: Address, length: number, writes: boolean): void {
    if (length === 0) return
    this.pricer.copy(at >> LINE_SHIFT, (at + length - 1) >> LINE_SHIFT, length, writes)
  }
}
