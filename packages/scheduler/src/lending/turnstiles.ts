import type { Address } from '@smpnet/memory'
import { MAX_PRIORITY } from '../priority.ts'
import { type Borrower, Turnstile } from './turnstile.ts'

/**
 * Priority lending through the owners of locks, after FreeBSD's subr_turnstile.c.
 *
 * Whoever waits for a lock lends its priority to the lock's owner, and if that waits for another
 * lock, to that one's owner, and so on: a thread that holds what an urgent one needs is as urgent.
 * What was lent for a lock is paid back when the lock is released; whoever gets the lock next
 * borrows from those who still wait. Waiting itself is the parking lot's; this only knows who.
 *
 * Owners that cannot be found are on another CPU of a live machine, and nothing is lent to them.
 */
export class Turnstiles {
  readonly #byLock = new Map<Address, Turnstile>()

  constructor(readonly find: (entry: Address) => Borrower | undefined) {}

  /** `td` waits for a lock that the waiter at `owner` holds. */
  block(td: Borrower, lock: Address, owner: Address): void {
    const turnstile = this.#byLock.get(lock) ?? this.#open(lock)
    turnstile.waiters.add(td)
    td.blockedOn = turnstile
    this.#own(turnstile, this.find(owner))
  }

  /** `td` no longer waits, for whatever reason. */
  unblock(td: Borrower): void {
    const turnstile = td.blockedOn
    if (turnstile === undefined) return
    td.blockedOn = undefined
    turnstile.waiters.delete(td)
    if (turnstile.waiters.size > 0) {
      propagate(turnstile.owner)
      return
    }
    this.#byLock.delete(turnstile.lock)
    this.#own(turnstile, undefined)
  }

  /** The lock has a new owner, the waiter at `heir`, or none. */
  pass(lock: Address, heir: Address): void {
    const turnstile = this.#byLock.get(lock)
    if (turnstile !== undefined) this.#own(turnstile, this.find(heir))
  }

  /** How many locks are waited for. */
  get size(): number {
    return this.#byLock.size
  }

  #open(lock: Address): Turnstile {
    const turnstile = new Turnstile(lock)
    this.#byLock.set(lock, turnstile)
    return turnstile
  }

  #own(turnstile: Turnstile, owner: Borrower | undefined): void {
    const before = turnstile.owner
    turnstile.owner = owner
    if (before !== owner) {
      before?.contested.delete(turnstile)
      owner?.contested.add(turnstile)
      propagate(before)
    }
    propagate(owner)
  }
}

/**
 * Gives an owner the priority that it is lent now, then the owner of what it waits for, until
 * one's priority does not change. That is the end of every chain; it also ends one that is a ring,
 * a deadlock, where all become equally urgent.
 */
function propagate(first: Borrower | undefined): void {
  for (let owner = first; owner !== undefined; owner = owner.blockedOn?.owner) {
    const before = owner.priority
    let lent = MAX_PRIORITY
    for (const turnstile of owner.contested) lent = Math.min(lent, turnstile.mostUrgent())
    owner.borrow(lent)
    if (owner.priority === before) return
  }
}
