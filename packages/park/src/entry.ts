import { type Address, layout, NIL, word } from '@smpnet/memory'

/**
 * The entry of everything that can wait: a plain thread, one of an event loop's tasks, a kernel
 * thread. Locks name their owner by its address. An entry is one line, since all of it moves
 * together when a CPU wakes another CPU's waiter.
 *
 * | state    | the waiter                          | is left by                               |
 * |----------|-------------------------------------|------------------------------------------|
 * | RUNNING  | runs. Contenders of a lock that it  | the waiter, queued or about to park, to  |
 * |          | owns spin only while it does        | PARKED; its scheduler, when another      |
 * |          |                                     | thread has the CPU, to READY             |
 * | PARKED   | is in a queue, or about to sleep    | the waiter, to SLEEPING, or, out of the  |
 * |          | without one. A plain thread still   | queue again, to RUNNING; its waker, to   |
 * |          | spins                               | AWAKE; its scheduler, that was told of   |
 * |          |                                     | the wake or an alarm, to READY           |
 * | SLEEPING | sleeps on this word: a waker has to | its waker, to AWAKE; the waiter whose    |
 * |          | notify it. Plain threads and tasks  | limit has come, to PARKED                |
 * | AWAKE    | was taken from its queue by another | the waiter, to RUNNING; its scheduler,   |
 * |          | thread, or CPU                      | that was told of it, to READY            |
 * | READY    | is runnable and waits for a CPU.    | its scheduler, that gives it the CPU, to |
 * |          | Kernel threads                      | RUNNING                                  |
 * | DEAD     | has ended and was buried while a    | nobody: the entry is given out no more   |
 * |          | lock may still name it              |                                          |
 *
 * The undertaker of a thread that has ended writes DEAD over any state, or RUNNING into an entry
 * that it gives back. A claimed entry begins as RUNNING.
 */
export const WAITER = layout('waiter', {
  /** (x) One of the states above. */
  state: word('x', 'waiter'),
  /** (x) In which hands it is: `QUEUED`, `OUT`, or one of those said there. */
  taker: word('x', 'waiter'),
  /**
   * (o) of its scheduler: the CPU whose mailbox wakes it, or `NO_CPU` when it sleeps on `state`
   * itself. Constant, except for threads that a simulated machine's scheduler moves.
   */
  cpu: word('o', 'waiter'),
  /** (x) What it is parked on, or was last. Written under the bucket of the key, read by all. */
  key: word('x', 'waiter'),
  /** (m) under its bucket: the next entry there; then (o) of the waker that has taken it. */
  next: word('m', 'waiter'),
  /**
   * (m) under its bucket: what it wants of the key, in the words of the lock that parked it; (o)
   * while it waits for nothing, of its thread, which probes with it whether two buffers are one.
   */
  want: word('m', 'waiter'),
  /** (o) of the waker while it posts, then of the CPU that takes it: the next of the mailbox. */
  mail: word('o', 'waiter'),
  /** (m) under its bucket: its place there. Tickets grow by the order of the queue. */
  ticket: word('m', 'waiter'),
  /**
   * (x) 1 more than the number of the CPU or thread that it is given out to; the same, negative,
   * when that has given it back; 0 before.
   */
  taken: word('x', 'waiter'),
  /*
   * What follows is for schedulers that lend priority along the locks that are waited for; the lot
   * only makes room for it. A waiter that lends is in one list: its debtor's, or, when its lock has
   * no owner that could be lent to, the one of the lock's bucket.
   */
  /** (m) under the list that it is in: the priority of its own, when it waited last. */
  own: word('m', 'waiter'),
  /** (x) Written under `loans`: what it is lent. */
  lent: word('x', 'waiter'),
  /** (x) Written under the list that it is in: 0 if it lends nothing, 1 for a bucket's list. */
  debtor: word('x', 'waiter'),
  /** (m) under the list that it is in: the next waiter there. */
  lender: word('m', 'waiter'),
  /** (m) under `loans`: the first waiter that lends to it. `loans` follows. */
  lenders: word('m', 'waiter'),
  /** (x) The spin lock of the list of its lenders. */
  loans: word('x', 'waiter'),
  /** (m) under `NOTICES` of its CPU: the next thread whose loans have changed; 0 in no list. */
  notice: word('m', 'waiter'),
})

export const RUNNING = 0
export const READY = 1
export const PARKED = 2
export const SLEEPING = 3
export const AWAKE = 4
export const DEAD = 5

/**
 * In whose hands an entry is, which its `taker` says from the first moment on: whatever thread
 * ends, and wherever, no entry is in two queues or in none that should be in one.
 *
 * - `QUEUED`: in the queue of its key. Written before it is linked there, with `key` and `ticket`,
 *   from which an undertaker rebuilds the queues whose locks the dead held.
 * - `OUT`: in none, by its own will.
 * - positive: the waker of that number (`holderOf`) has taken it, and wakes it. It stays so until
 *   the waiter is queued again, or its scheduler has heard of the wake, which then writes `HEARD`.
 *   When the waker ends before it has, its undertaker does.
 * - negative: the same, but that waker ended before its section did: the waiter looks again. A
 *   scheduler that has heard of it writes the negative of `HEARD`.
 *
 * Written under the bucket of its key. It is what Linux calls `list_op_pending`.
 */
export const QUEUED = 0
export const OUT = 1 << 30
export const HEARD = OUT | 1

/** In an entry's `cpu`: it belongs to no CPU, but to a thread that sleeps on `state`. */
export const NO_CPU = -1

/** The bits of a lock's word that name its owner's entry. */
export const OWNER_BITS = ~63
/** The bit of a lock's word that says that the other bits count holders and name no owner. */
export const NO_OWNER = 32
/** In what a waiter wants: that it waits for a lock whose word, at its key, may name an owner. */
export const OF_AN_OWNER = 1 << 30

/**
 * In what a waiter wants: it was counted in by its waker, in a word with `NO_OWNER`, whose bits of
 * `OWNER_BITS` are the count. Its waker wrote this first, and that word afterwards.
 */
export const COUNTED_IN = 1 << 29

/** The entry that a lock's word names as its owner, or NIL. */
export function ownerIn(word: number): Address {
  return word & NO_OWNER ? NIL : word & OWNER_BITS
}
