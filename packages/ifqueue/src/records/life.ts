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
/** It was invited, and may become either: alone, until the thread has a role. */
export const INVITED = 4

const ROLES = [PRODUCES, CONSUMES] as const

const MISSING = { [PRODUCES]: NO_PRODUCER, [CONSUMES]: NO_CONSUMER } as Record<number, number>

/**
 * Whether a queue is closed, and which threads use it: a word for the one, and a word of each
 * thread for the other. The bit by which a kind of thread is missing is a hint, which its reader
 * checks by looking through those words: a thread that joins writes its word first.
 *
 * A guest that has not come yet may become whatever is waited for, so that nothing is missing. If
 * the guest ends before it has come, as a worker whose module throws does, what it might have been
 * is missing to those that are there.
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

  /** Whether one of this role has ended, and there is none now and none to come. */
  isMissing(role: number): boolean {
    return (this.memory.load(this.#at) & MISSING[role]!) !== 0 && !this.#has(role)
  }

  /** The thread of that number may come, and has no role yet. */
  invite(thread: number): void {
    this.memory.store(this.#roles + thread * 4, INVITED)
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
    for (const role of ROLES) {
      const other = PRODUCES + CONSUMES - role
      // One that never came is missed by those of the other side, and where none is by nobody.
      const was = roles === INVITED ? this.#is(other, thread) : (roles & role) !== 0
      if (was && !this.#has(role, thread)) this.memory.or(this.#at, MISSING[role]!)
    }
    // Last: an undertaker that ends before it is followed by another, which finds the same.
    this.memory.store(word, 0)
  }

  /** Whether a thread has this role, or may come to have it. */
  #has(role: number, without = -1): boolean {
    for (let thread = 0; thread < this.#threads; thread++) {
      if (thread === without) continue
      const roles = this.memory.load(this.#roles + thread * 4)
      if (roles === INVITED || (roles & role) !== 0) return true
    }
    return false
  }

  /** Whether a thread has this role. */
  #is(role: number, without: number): boolean {
    for (let thread = 0; thread < this.#threads; thread++) {
      const isOther = thread !== without
      if (isOther && (this.memory.load(this.#roles + thread * 4) & role) !== 0) return true
    }
    return false
  }
}
