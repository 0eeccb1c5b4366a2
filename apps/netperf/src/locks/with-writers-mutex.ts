import { type Address, CACHE_LINE_BYTES, type Memory } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import type { Countable, Thread } from '@smpnet/scheduler'
import type { ListLockSite } from './list-lock.ts'

/**
 * The part that is alike where readers do not exclude writers: writers exclude each other by a
 * mutex on a line of its own, in front of what the readers use.
 */
export abstract class WithWritersMutex {
  /** Bytes of the mutex in front. */
  static readonly bytes = CACHE_LINE_BYTES
  readonly memory: Memory
  /** Entries that nobody can see. */
  readonly spares: Address[]
  readonly #writers: Countable

  constructor({ cpu, at, spares, locks, named }: ListLockSite) {
    this.memory = cpu.memory
    this.spares = spares
    const of = { name: named, type: 'mutex', place: 'write' }
    this.#writers = locks.make(new Mutex(cpu.memory, at), of)
  }

  *write(td: Thread): Waiting {
    if (!this.#writers.tryEnter(td)) yield* this.#writers.enter(td)
    while (!this.memory.settled()) yield SETTLE
  }

  *endWrite(td: Thread): Waiting {
    if (!this.#writers.tryExit(td)) yield* this.#writers.exit(td)
  }
}
