import type { Address, LiveMemory } from '@smpnet/memory'
import { partsOf, RING, type RingShape } from './ring-shape.ts'

/** No producer reserves any more. */
export const CLOSED = 1
/** A producer has ended, and there is none now; the same of consumers. */
export const NO_PRODUCER = 2
export const NO_CONSUMER = 4

/** What a thread is to a queue, as bits. */
export const PRODUCES = 1
export const CONSUMES = 2

const MISSING = { [PRODUCES]: NO_PRODUCER, [CONSUMES]: NO_CONSUMER } as Record<number, number>

/**
 * Whether a queue is closed, and which threads use it: a word for the one, and a word of each
 * thread for the other. The bit by which a kind of thread is missing is a hint, which its reader
 * checks by looking through those words: a thread that joins writes its word first.
 */
export class Life {
  readonly #at: Address
  readonly #roles: Address
  readonly #threads: number

  constructor(
    readonly memory: LiveMemory,
    at: Address,
    shape: RingShape,
  ) {
    this.#at = at + RING.offset.life
    this.#roles = at + partsOf(shape).roles
    this.#threads = shape.threads
  }

  isClosed(): boolean {
    return (this.memory.load(this.#at) & CLOSED) !== 0
  }

  close(): void {
    this.memory.or(this.#at, CLOSED)
  }

  /** Whether one of this role has ended and there is none now. */
  isMissing(role: number): boolean {
    return (this.memory.load(this.#at) & MISSING[role]!) !== 0 && !this.#has(role)
  }

  join(thread: number, role: number): void {
    this.memory.or(this.#roles + thread * 4, role)
    this.memory.and(this.#at, ~MISSING[role]!)
  }

  /** The thread leaves of its own will: nobody misses it. */
  leave(thread: number): void {
    this.memory.store(this.#roles + thread * 4, 0)
  }

  /** The thread has ended. Those are missing of whom it was the last. */
  bury(thread: number): void {
    const word = this.#roles + thread * 4
    const roles = this.memory.load(word)
    for (const role of [PRODUCES, CONSUMES]) {
      if ((roles & role) === 0 || this.#has(role, thread)) continue
      this.memory.or(this.#at, MISSING[role]!)
    }
    // Last: an undertaker that ends before it is followed by another, which finds the same.
    this.memory.store(word, 0)
  }

  #has(role: number, without = -1): boolean {
    for (let thread = 0; thread < this.#threads; thread++) {
      if (thread === without) continue
      if ((this.memory.load(this.#roles + thread * 4) & role) !== 0) return true
    }
    return false
  }
}
