import type { Address } from '@smpnet/memory'
import { MAX_PRIORITY } from '../priority.ts'

/** Someone who lends and is lent to: a thread, as lending sees it. */
export interface Borrower {
  readonly name: string
  readonly priority: number
  /** The turnstile that it waits at. */
  blockedOn: Turnstile | undefined
  /** The turnstiles of the locks that it holds and others wait for. */
  readonly contested: Set<Turnstile>
  /** Its priority becomes at least as urgent as this, until told anew. */
  borrow(lent: number): void
}

/** A lock that is waited for: who holds it, and who waits. */
export class Turnstile {
  owner: Borrower | undefined
  readonly waiters = new Set<Borrower>()

  constructor(readonly lock: Address) {}

  /** The priority of the most urgent waiter. */
  mostUrgent(): number {
    let priority = MAX_PRIORITY
    for (const waiter of this.waiters) priority = Math.min(priority, waiter.priority)
    return priority
  }
}
