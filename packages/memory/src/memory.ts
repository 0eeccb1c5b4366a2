import type { Address } from './address.ts'
import type { Work } from './work.ts'

/**
 * All that CPUs share: 32-bit words and bytes at addresses.
 *
 * Two kinds exist, and code that uses one cannot tell which: `LiveMemory` is `Atomics` on a
 * SharedArrayBuffer, `PricedMemory` is the same words with a bill for every access. One isolate
 * runs one kind of machine, so that calls through this interface stay monomorphic and inline.
 *
 * Words are read and written in two ways. The atomic operations are sequentially consistent, as
 * JavaScript's are; they are for fields marked (x). `read` and `write` are plain and are for
 * fields that only one CPU may touch at the time: constants (a), fields under a lock (m) and
 * fields of their owner (o).
 */
export interface Memory {
  /** Bytes in all. */
  readonly size: number

  /** Atomic load of the word at `at`. */
  load(at: Address): number
  /** Atomic store. */
  store(at: Address, value: number): void
  /** Stores `value` and returns what was there, as one step. */
  exchange(at: Address, value: number): number
  /** Stores `value` if the word is `expected`; returns what was there either way. */
  compareExchange(at: Address, expected: number, value: number): number
  /** Adds, wrapping at 32 bits, and returns what was there before. */
  add(at: Address, delta: number): number
  /** Sets bits and returns what was there before. */
  or(at: Address, bits: number): number
  /** Keeps only `bits` and returns what was there before. */
  and(at: Address, bits: number): number

  /** Plain load of a word that nobody else may be writing. */
  read(at: Address): number
  /** Plain store to a word that nobody else may be touching. */
  write(at: Address, value: number): void

  /** Copies `length` bytes of `from`, starting at `start`, to the address `to`. */
  copyIn(to: Address, from: Uint8Array, start: number, length: number): void
  /** Copies `length` bytes at the address `from` into `to`, starting at `start`. */
  copyOut(from: Address, to: Uint8Array, start: number, length: number): void
  /** Sets `length` bytes to `byte`. */
  fill(at: Address, byte: number, length: number): void

  /**
   * Whether this CPU may touch what others touch, now. Always true on a live machine. On a
   * simulated one it is false while this CPU has run ahead of another's next event: then a plain
   * path gives up, and its generator yields `SETTLE` until it is true. Every acquire, release,
   * wakeup and ring operation asks first, which is what makes simulated order exact.
   */
  settled(): boolean
  /** Bills `times` units of named work to this CPU; costs nothing live. */
  charge(work: Work, times: number): void
  /**
   * Spins for a moment: a few instructions at `attempt` 0, more as it grows, and gives the core
   * away when it is large, since on a crowded machine the one waited for may need it.
   */
  pause(attempt: number): void
}
