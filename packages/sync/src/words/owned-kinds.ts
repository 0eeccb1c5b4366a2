import type { LockKind } from './lock-kind.ts'

/**
 * The kinds of which the first word names the waiter that is inside, as `ownerIn` reads it. Apart
 * from their classes, since a thread that leaves its domain is asked what it holds, and may have
 * opened none of them.
 */
export const MUTEX_KIND: LockKind = { name: 'mutex', code: 1, version: 2 }
export const RW_KIND: LockKind = { name: 'rwlock', code: 2, version: 2 }
export const SX_KIND: LockKind = { name: 'sx', code: 3, version: 2 }
/** Of these, a word for each waiter follows. */
export const ACCOUNTABLE_RW_KIND: LockKind = { name: 'accountable rwlock', code: 17, version: 1 }
export const ACCOUNTABLE_SX_KIND: LockKind = { name: 'accountable sx', code: 18, version: 1 }
export const ONCE_KIND: LockKind = { name: 'once', code: 6, version: 2 }
export const SPIN_KIND: LockKind = { name: 'spin mutex', code: 9, version: 1 }
export const TICKET_KIND: LockKind = { name: 'ticket lock', code: 19, version: 1 }
export const MCS_KIND: LockKind = { name: 'mcs lock', code: 20, version: 1 }
