import type { Address } from '@smpnet/memory'
import type { Lot, Seat, Waiter, Waiting } from '@smpnet/park'

/** What a kind of lock is in shared memory, as its tag says there. */
export interface LockKind {
  /** As messages name it: 'mutex'. */
  readonly name: string
  /** Distinguishes kinds in tags: 1 to 255. */
  readonly code: number
  /** Changes with the layout: 1 to 255. */
  readonly version: number
  /** Which words of such a lock name those that use it: see `names.ts`. */
  readonly names: number
}

/** A lock as its tag shows it to a thread that may have loaded nothing of its kind. */
export interface PlacedLock {
  readonly at: Address
  /** Its bytes without the tag. */
  readonly bytes: number
  /** The first word of its tag: `tagOf` its kind. */
  readonly tag: number
  /** `names` of its kind. */
  readonly names: number
}

/**
 * A kind of which a thread that has ended may leave more behind than its name and its place in the
 * queue, and how an undertaker, which may have opened no lock of it, puts that right. The dead
 * write nothing any more, and the next thread that gets their number comes afterwards.
 */
export interface MortalKind extends LockKind {
  /** Puts right what thread `ended` left in `lock`. Never parks. */
  readonly putRight?: PutRight
  /**
   * Says how to give back what `lock` gave to a waiter that has ended and never had it, or
   * undefined. Asked before the waiter is ended.
   */
  owed?(sleeper: Sleeper, lock: PlacedLock): Owed | undefined
}

export type PutRight = (by: Undertaker, lock: PlacedLock, ended: number) => Waiting<unknown>

/** The thread that puts it right, and what it knows of the domain. */
export interface Undertaker {
  readonly td: Waiter
  readonly lot: Lot
  /** How many threads can have a number. */
  readonly cpus: number
}

/** What the entry of a waiter that has ended says, which is in no queue any more. */
export interface Sleeper {
  readonly lot: Lot
  readonly entry: Address
  readonly state: number
  readonly taker: number
  readonly want: number
}

/**
 * What a waiter was given whose thread had ended, or ended before it had it: permits of a
 * semaphore, or its place among the readers of a lock. The undertaker gives it back.
 */
export type Owed = (td: Waiter) => Waiting

/** What another thread needs to use a domain; it can be cloned and posted. */
export interface DomainHandle {
  readonly buffer: SharedArrayBuffer
  /** Where in it the domain's own words are. */
  readonly at: Address
  /** The seat that is kept for the thread that opens it. */
  readonly seat?: Seat
}

/** What another thread needs to use a lock; it can be cloned and posted. */
export interface LockHandle {
  readonly kind: string
  readonly version: number
  readonly domain: DomainHandle
  readonly at: Address
  /** Figures that its kind was created with, by name. */
  readonly shape: Readonly<Record<string, number>>
}
