import { type Address, CACHE_LINE_BYTES } from './address.ts'
import { internetSum } from './internet-sum.ts'
import { checkMemoryBytes } from './memory-size.ts'
import type { Memory } from './memory.ts'
import { checkKind } from './one-kind.ts'
import { ANONYMOUS } from './spin-lock.ts'
import type { Work } from './work.ts'

/** log2 of the bytes per line: an address shifted by it is a line's number. */
const LINE_SHIFT = Math.log2(CACHE_LINE_BYTES)

/**
 * What a simulated machine is to its memory: it sends the bill for accesses. It knows which CPU is
 * running, where each cache line is and what moving it costs, and adds that to the running CPU's
 * time.
 */
export interface Pricer {
  /** The running CPU reads something in line number `line`, perhaps a word, atomically. */
  read(line: number, isAtomic?: boolean): void
  /** It writes something there. */
  write(line: number, isAtomic?: boolean): void
  /** It does an atomic read-modify-write there. */
  update(line: number): void
  /** That was a compare-and-swap, and found another value than it expected. */
  failed(): void
  /**
   * It moves `bytes` bytes between the line range and memory of its own, or adds them up. They are
   * 0 for the lines that a copy within the memory reads: it is billed for when it writes.
   */
  copy(firstLine: number, lastLine: number, bytes: number, writes: boolean): void
  /** It does `times` units of named work. */
  charge(work: Work, times: number): void
  /** It waits a moment in a spin loop that has failed `attempt` times. */
  pause(attempt: number): void
  /** It spins, and looks at this line, and until its next pause at those only that are named so. */
  spinsFor?(line: number): void
  /** Whether the running CPU has not run past the next event of any other. */
  settled(): boolean
  /** The same, and the line is the running CPU's to change: it is asked for if it is not. */
  claimed(line: number): boolean
  /** The same without asking for it. */
  owned(line: number): boolean
}

/** What bills for nothing. */
const FREE: Pricer = {
  read: () => {},
  write: () => {},
  update: () => {},
  copy: () => {},
  charge: () => {},
  pause: () => {},
  settled: () => true,
  claimed: () => true,
  owned: () => true,
  failed: () => {},
}

/** Memory on a simulated machine: the words of all CPUs in one isolate, every access billed. */
export class PricedMemory implements Memory {
  holder = ANONYMOUS
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  readonly #view: DataView

  /**
   * A new memory of `size` bytes, all zero; `words` are those of another one. Throws a RangeError
   * for a size that cannot be one, and an Error in an isolate that has live memory: see
   * `allowBothMemories`.
   */
  constructor(
    readonly size: number,
    readonly pricer: Pricer,
    words?: Int32Array,
  ) {
    checkMemoryBytes(size)
    checkKind('priced')
    this.#words = words ?? new Int32Array(size >> 2)
    this.#bytes = new Uint8Array(this.#words.buffer)
    this.#view = new DataView(this.#words.buffer)
  }

  /**
   * The same words for an observer that is no part of the machine, such as a capture: nothing that
   * it does here takes simulated time or moves a line, and it never has to wait for time.
   */
  unbilled(): PricedMemory {
    return new PricedMemory(this.size, FREE, this.#words)
  }

  get isSimulated(): boolean {
    return true
  }

  load(at: Address): number {
    this.pricer.read(at >> LINE_SHIFT, true)
    return this.#words[at >> 2]!
  }

  store(at: Address, value: number): void {
    this.pricer.write(at >> LINE_SHIFT, true)
    this.#words[at >> 2] = value
  }

  exchange(at: Address, value: number): number {
    return this.#update(at, value)
  }

  compareExchange(at: Address, expected: number, value: number): number {
    this.pricer.update(at >> LINE_SHIFT)
    const before = this.#words[at >> 2]!
    if (before === (expected | 0)) this.#words[at >> 2] = value
    else this.pricer.failed()
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
    this.pricer.read(at >> LINE_SHIFT, false)
    return this.#words[at >> 2]!
  }

  write(at: Address, value: number): void {
    this.pricer.write(at >> LINE_SHIFT, false)
    this.#words[at >> 2] = value
  }

  read8(at: Address): number {
    this.pricer.read(at >> LINE_SHIFT, false)
    return this.#bytes[at]!
  }

  write8(at: Address, value: number): void {
    this.pricer.write(at >> LINE_SHIFT, false)
    this.#bytes[at] = value
  }

  read16be(at: Address): number {
    this.#billRead(at, at + 1)
    return this.#view.getUint16(at)
  }

  write16be(at: Address, value: number): void {
    this.#billWrite(at, at + 1)
    this.#view.setUint16(at, value)
  }

  read32be(at: Address): number {
    this.#billRead(at, at + 3)
    return this.#view.getInt32(at)
  }

  write32be(at: Address, value: number): void {
    this.#billWrite(at, at + 3)
    this.#view.setInt32(at, value)
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

  /** The time that a copy takes, once, and the lines of both. */
  move(to: Address, from: Address, length: number): void {
    this.#billLines(from, length, 0, false)
    this.#billCopy(to, length, true)
    this.#bytes.copyWithin(to, from, from + length)
  }

  /** Billed as a copy that writes nothing. */
  sum(at: Address, length: number, initial = 0): number {
    this.#billCopy(at, length, false)
    return internetSum(this.#words, this.#bytes, at, length, initial)
  }

  settled(): boolean {
    return this.pricer.settled()
  }

  claimed(at: Address): boolean {
    return this.pricer.claimed(at >> LINE_SHIFT)
  }

  owned(at: Address): boolean {
    return this.pricer.owned(at >> LINE_SHIFT)
  }

  charge(work: Work, times: number): void {
    this.pricer.charge(work, times)
  }

  pause(attempt: number): void {
    this.pricer.pause(attempt)
  }

  spinsFor(at: Address): void {
    this.pricer.spinsFor?.(at >> LINE_SHIFT)
  }

  #update(at: Address, value: number): number {
    this.pricer.update(at >> LINE_SHIFT)
    const before = this.#words[at >> 2]!
    this.#words[at >> 2] = value
    return before
  }

  /** Bills for a field of a header, which may lie across the border of two lines. */
  #billRead(first: Address, last: Address): void {
    this.pricer.read(first >> LINE_SHIFT, false)
    if (last >> LINE_SHIFT !== first >> LINE_SHIFT) this.pricer.read(last >> LINE_SHIFT, false)
  }

  #billWrite(first: Address, last: Address): void {
    this.pricer.write(first >> LINE_SHIFT, false)
    if (last >> LINE_SHIFT !== first >> LINE_SHIFT) this.pricer.write(last >> LINE_SHIFT, false)
  }

  #billCopy(at: Address, length: number, writes: boolean): void {
    this.#billLines(at, length, length, writes)
  }

  #billLines(at: Address, length: number, copied: number, writes: boolean): void {
    if (length === 0) return
    this.pricer.copy(at >> LINE_SHIFT, (at + length - 1) >> LINE_SHIFT, copied, writes)
  }
}
