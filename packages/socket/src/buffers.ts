import { type Address, type Memory, NIL, Pool, type PoolHandle } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'

/**
 * The rings of the directions that are in use. A direction takes one with its first send, and both
 * are given back when the pair is freed, so that a pair that is only open costs a few cache lines.
 * The lock is the pool's own, for the few instructions of taking and giving back.
 */
export class Buffers {
  readonly #pool: Pool

  constructor(
    readonly memory: Memory,
    readonly handle: PoolHandle,
    /** Bytes of each. */
    readonly bytes: number,
  ) {
    this.#pool = Pool.open(memory, handle)
  }

  /** A buffer, or NIL when all are in use, or `Pool.HELD` when that is not to be known at once. */
  tryTake(): Address {
    return this.#pool.tryAlloc()
  }

  /** A buffer, or NIL when all are in use. */
  take(): Waiting<Address> {
    return this.#pool.alloc()
  }

  give(buffer: Address): Waiting {
    return this.#pool.free(buffer)
  }

  /** `give` for plain code. Throws an Error when the pool's lock is not let go. */
  giveNow(buffer: Address): void {
    this.#pool.freeNow(buffer)
  }

  /** Gives the buffer back that the word at `at` names, if it names one. */
  *giveBackFrom(at: Address): Waiting {
    const buffer = this.memory.load(at)
    if (buffer === NIL) return
    this.memory.store(at, NIL)
    yield* this.#pool.free(buffer)
  }

  /** Buffers in use. Exact when none is taken or given back meanwhile. */
  inUse(): number {
    return this.#pool.inUse()
  }
}
