import { layout, word } from '@smpnet/memory'

/**
 * What a lot keeps for schedulers that lend priority along its locks, beside the words of each
 * waiter's entry (`WAITER`, from `own` on). The lot only makes room for it: which thread
 * lends what to which is a scheduler's to say, and plain threads have no priority.
 *
 * All of it is under one spin lock, as it links threads of all CPUs with each other. A scheduler
 * takes that when a thread begins or ends, sleeps for a lock with an owner or is woken from that,
 * and when a lock that others sleep for changes hands.
 */
export const LENDING = layout('lending', {
  /**
   * (x) 1 while a scheduler reads or writes any of it. Taken under a bucket's lock, never before.
   */
  lock: word('x', 'lending'),
  /** (m) Under `lock`: the waiters whose lock has no owner that could be lent to, or NIL. */
  orphans: word('m', 'lending'),
})

/** Behind `LENDING`, for each CPU: the threads of it that are to be told what others lend them. */
export const NOTICES = layout('notices', {
  /** (m) Under `LENDING`: the first of a list through the entries' `notice`, or 0. */
  head: word('m', 'notices'),
})
