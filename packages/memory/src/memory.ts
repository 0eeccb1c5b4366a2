import type { Address } from './address.ts'
import type { Work } from './work.ts'

/**
 * All that CPUs share: 32-bit words and bytes at addresses.
 *
 * Two kinds exist, and code that uses one cannot tell which: `LiveMemory` is `Atomics` on a
 * SharedArrayBuffer, `PricedMemory` is the same words with a bill for every access. One isolate
 * has one kind, so that calls through this interface stay monomorphic and inline: `one-kind.ts`.
 *
 * Words are read and written in two ways. The atomic operations are sequentially consistent, as
 * JavaScript's are; they are for fields marked (x). `read` and `write` are plain and are for
 * fields that only one CPU may touch at the time: constants (a), fields under a lock (m) and
 * fields of their owner (o).
 *
 * Bytes are what packets consist of, and belong to one CPU at a time. `read8` to `write32be` see
 * them as the fields of a header, at any address and in the order of the network.
 */
export interface Memory {
  /** Bytes in all. */
  readonly size: number
  /**
   * Whether no other CPU runs while plain code does, as in simulated time: then what such code
   * finds held stays held until it yields. Constant.
   */
  readonly isSimulated: boolean
  /**
   * What code that uses this object writes into the spin locks that it holds: `holderOf` its CPU's
   * or thread's number, or `ANONYMOUS`. Each thread has an object of its own, and sets it when it
   * has got its number. Simulated CPUs share one; what of theirs may end names itself.
   */
  holder: number

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

  /** Plain load of a word that no other CPU may be writing. */
  read(at: Address): number
  /** Plain store to a word that no other CPU may be touching. */
  write(at: Address, value: number): void

  /** Plain load of the byte at any address: from 0 to 255. */
  read8(at: Address): number
  /** Plain store of the lowest 8 bits. */
  write8(at: Address, value: number): void
  /** Plain load of two bytes at any address, in network order: from 0 to 0xffff. */
  read16be(at: Address): number
  /** Plain store of the lowest 16 bits, in network order, at any address. */
  write16be(at: Address, value: number): void
  /** Plain load of four bytes at any address, in network order; signed, as every word here is. */
  read32be(at: Address): number
  /** Plain store of 32 bits, in network order, at any address. */
  write32be(at: Address, value: number): void

  /** Copies `length` bytes of `from`, starting at `start`, to the address `to`. */
  copyIn(to: Address, from: Uint8Array, start: number, length: number): void
  /** Copies `length` bytes at the address `from` into `to`, starting at `start`. */
  copyOut(from: Address, to: Uint8Array, start: number, length: number): void
  /** Sets `length` bytes to `byte`. */
  fill(at: Address, byte: number, length: number): void
  /** Copies `length` bytes within the memory, as if by way of another: the two may overlap. */
  move(to: Address, from: Address, length: number): void
  /**
   * The sum of RFC 1071 over `length` bytes at any address, from 0 to 0xffff: an Internet checksum
   * is its complement. `initial` is what to begin with, below 2^32: the sum of what comes before,
   * which has an even number of bytes, or else the two bytes of this sum are to be exchanged.
   */
  sum(at: Address, length: number, initial?: number): number

  /**
   * Whether this CPU may touch what others touch, now. Always true on a live machine. On a
   * simulated one it is false while this CPU has run ahead of another's next event: then a plain
   * path gives up, and its generator yields `SETTLE` until it is true. Every acquire, release,
   * wakeup and ring operation asks first, which is what makes simulated order exact.
   */
  settled(): boolean
  /**
   * As `settled`, for code that then changes the word at `at` by an atomic operation. Simulated, it
   * asks for the word's line too, and is true only once that has arrived, so that what the
   * operation finds and does is found and done then; until then the generator yields `SETTLE`.
   */
  claimed(at: Address): boolean
  /**
   * Whether `claimed` would be true without asking for anything: the line of `at` is here, long
   * enough to look at the word and then to change it. Always true on a live machine.
   */
  owned(at: Address): boolean
  /** Bills `times` units of named work to this CPU; costs nothing live. */
  charge(work: Work, times: number): void
  /**
   * Spins for a moment: a few instructions at `attempt` 0, more as it grows, and gives the core
   * away when it is large, since on a crowded machine the one waited for may need it.
   */
  pause(attempt: number): void
  /**
   * Says, before a waiter spins, that it will look at the word at `at` and at no other but those
   * that it has named so, in the same way each time, and go on only when one of them has changed.
   * Simulated, it is then spared the looks in vain; live, it means nothing.
   */
  spinsFor(at: Address): void
}
