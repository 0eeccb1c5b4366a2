import { type Address, type Memory, Pool, type PoolHandle } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'

/**
 * The rings of the directions that are in use. A direction takes one with its first send, and both
 * are given back when the pair is freed, so that a pair that is only open costs a few cache lines.
 * The lock is the pool's own, for the few instructions of taking and giving back.
 *
 * A direction names its buffer by a key, which is of one use of the buffer: several threads may
 * come to give it back, the closing one and undertakers, and it is given back once.
 */
export class Buffers {
  readonly #pool: Pool
  /** How many of the lowest bits of a key say which buffer; the rest says which use. */
  readonly #bits: number

  constructor(
    readonly memory: Memory,
    readonly handle: PoolHandle,
    /** Bytes of each. */
    readonly bytes: number,
  ) {
    this.#pool = Pool.open(memory, handle)
    this.#bits = Math.ceil(Math.log2(handle.items + 1))
  }

  /** A buffer, or NIL when all are in use, or `Pool.HELD` when that is not to be known at once. */
  tryTake(): Address {
    return this.#pool.tryAlloc()
  }

  /** A buffer, or NIL when all are in use. */
  take(): Waiting<Address> {
    return this.#pool.alloc()
  }

  give(buffer: Address): Waiting<boolean> {
    return this.#pool.free(buffer)
  }

  /** `give` for plain code. Throws an Error when the pool's lock is not let go. */
  giveNow(buffer: Address): void {
    this.#pool.freeNow(buffer)
  }

  /** Names the use of a buffer that is under way, in a word that is not NIL. */
  keyOf(buffer: Address): number {
    return this.#keyOf(buffer, this.#pool.useOf(buffer))
  }

  /** The buffer that a key names. */
  bufferOf(key: number): Address {
    return this.#pool.itemAt((key & ((1 << this.#bits) - 1)) - 1)
  }

  /** Gives the buffer of a key back, unless that was done. */
  *giveBack(key: number): Waiting {
    const buffer = this.bufferOf(key)
    const use = this.#pool.useOf(buffer)
    if (use !== 0 && this.#keyOf(buffer, use) === key) yield* this.#pool.free(buffer, use)
  }

  /** The same at once, on live memory. False, having done nothing, where that cannot be. */
  tryGiveBack(key: number): boolean {
    if (this.memory.isSimulated) return false
    const buffer = this.bufferOf(key)
    const use = this.#pool.useOf(buffer)
    if (use === 0 || this.#keyOf(buffer, use) !== key) return true
    return this.#pool.tryFree(buffer, use)
  }

  /**
   * What the thread of that number left, which has ended; `isRing` says which keys have a place.
   */
  bury(thread: number, isRing: (key: number) => boolean): Waiting {
    return this.#pool.bury(thread, (buffer) => isRing(this.keyOf(buffer)))
  }

  /** Buffers in use. Exact when none is taken or given back meanwhile. */
  inUse(): number {
    return this.#pool.inUse()
  }

  #keyOf(buffer: Address, use: number): number {
    return ((use << this.#bits) | (this.#pool.indexOf(buffer) + 1)) & MAX_KEY
  }
}

const MAX_KEY = 0x7fffffff
