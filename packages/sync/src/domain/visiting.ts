import { WORD_BYTES } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import type { DomainHandle, PlacedLock } from '../words/lock-kind.ts'
import { BY_LINES, isNamedIn, LINE_SHIFT } from '../words/names.ts'
import { lineOf } from '../words/reader-lines.ts'
import { nameOf } from './domain-region.ts'
import { expectSyncDomain, SyncDomain } from './sync-domain.ts'

/**
 * How a thread leaves a domain before the domain ends, and what uses one for a while, such as a
 * queue or a socket. A thread that has its domain open as long as it lives needs none of this.
 */

/**
 * `SyncDomain.open` for something that uses a domain for a while: when as many have left as have
 * entered, and the domain was not opened otherwise, this thread is detached from it.
 */
export function enterDomain(handle: DomainHandle): SyncDomain {
  const domain = SyncDomain.find(handle)
  domain.visits.guests++
  return domain
}

/**
 * `enterDomain` by code that has the domain already, and knows that its handle is one: what a
 * handle has to be is looked at in some microseconds, and sockets come and go faster.
 */
export function enterAgain(domain: SyncDomain): SyncDomain {
  expectSyncDomain(domain, 'what enters again has')
  if (!domain.isOpen) return enterDomain(domain.handle)
  domain.visits.guests++
  return domain
}

/** The caller, which entered, leaves. Its tasks have ended. */
export function leaveDomain(domain: SyncDomain): void {
  expectSyncDomain(domain, 'what entered leaves')
  const { visits } = domain
  if (--visits.guests === 0 && !visits.stays && domain.tasks === 0) detach(domain)
}

/**
 * Gives this thread's number and waiters back: a thread that ends before the domain does calls it
 * last. Throws LockMisuse while one of its tasks is inside a lock or waits for one, while it is
 * inside what it reads by its number, and while it holds a lock: the next thread that has its
 * number, or its waiter, would be.
 */
export function detach(domain: SyncDomain): void {
  expectSyncDomain(domain, 'a thread is detached from')
  const { tasks, visits } = domain
  if (!domain.isOpen) {
    throw new LockMisuse('a thread is detached from a domain once: it is already')
  }
  if (tasks > 0) throw new LockMisuse(`${tasks} tasks of this thread still use its domain`)
  if (visits.guests > 0) {
    throw new LockMisuse(`${visits.guests} objects of this thread still use its domain`)
  }
  for (const lock of domain.region.locks()) {
    if (isReading(domain, lock)) {
      throw new LockMisuse(
        `a thread is detached when it has left what it reads: ${nameOf(lock)} it has not`,
      )
    }
    if (isHolding(domain, lock)) {
      throw new LockMisuse(
        `a thread is detached when it holds no lock: ${nameOf(lock)} it does, so unlock that first`,
      )
    }
  }
  domain.close()
}

/** Whether this thread is inside by its line. */
function isReading({ memory, thread, cpus }: SyncDomain, lock: PlacedLock): boolean {
  if ((lock.names & BY_LINES) === 0) return false
  const word = (lock.names >>> LINE_SHIFT) * WORD_BYTES
  return memory.load(lineOf(lock, thread, cpus) + word) !== 0
}

/** Whether a waiter of this thread, which lives, holds some of it. */
function isHolding({ lot, thread }: SyncDomain, lock: PlacedLock): boolean {
  const mine = lot.given().filter((entry) => lot.threadOf(entry) === thread && !lot.isDead(entry))
  return mine.some((entry) => isNamedIn(lot, lock, entry))
}
