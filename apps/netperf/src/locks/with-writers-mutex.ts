import { type Address, CACHE_LINE_BYTES, type Memory } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'

/**
 * The part that is alike where readers do not exclude writers: writers exclude each other by a
 * mutex on a line of its own, in front of what the readers use.
 */
export abstract class WithWritersMutex {
  /** Bytes of the mutex in front. */
  static readonly bytes = CACHE_LINE_BYTES
  readonly #writers: Mutex

  constructor(
    readonly memory: Memory,
    at: Address,
    /** Entries that nobody can see. */
    readonly spares: Address[],
  ) {
    this.#writers = new Mutex(memory, at)
  }

  *write(td: Waiter): Waiting {
    if (!this.#writers.tryEnter(td)) yield* this.#writers.enter(td)
    while (!this.memory.settled()) yield SETTLE
  }

  *endWrite(td: Waiter): Waiting {
    if (!this.#writers.tryExit(td)) yield* this.#writers.exit(td)
  }
}
