import { type Address, type Memory, NIL } from '@smpnet/memory'
import { DEAD, type Lot, NO_CPU, WAITER } from '@smpnet/park'
import { MAX_PRIORITY } from '../thread/priority.ts'
import { LENDS_NOT, type LoanList, LoanLists, ORPHANED } from './loan-lists.ts'
import { type Lender, Notices } from './notices.ts'

/**
 * Lends priority through the owners of locks, across CPUs: FreeBSD's turnstiles (subr_turnstile.c)
 * in shared memory.
 *
 *     waiter ──lends to──> owner ──waits for another lock, lends to──> its owner ──> …
 *
 * A waiter that sleeps for a lock lends its priority to the owner, and if the owner sleeps for
 * another lock, on to that lock's owner: a thread that holds what an urgent thread needs is as
 * urgent. What was lent for a lock ends when the lock is let go; the next owner is lent to by the
 * waiters that still sleep.
 *
 * | here      | in FreeBSD                             | called                            |
 * |-----------|----------------------------------------|-----------------------------------|
 * | `block`   | turnstile_wait, propagate_priority     | to sleep, under the lock's bucket |
 * | `unblock` | what turnstile_unpend does to a waiter | at the end of every such sleep    |
 * | `pass`    | turnstile_broadcast                    | to exit, under the bucket         |
 * | the same  | turnstile_claim                        | by the taker of a contested lock  |
 * | `reset`   | turnstile_alloc, turnstile_free        | when a thread starts and ends     |
 *
 * FreeBSD has a lock for each of 128 chains of turnstiles, one for each turnstile, and a global
 * one, td_contested_lock, for the list of the turnstiles that a thread owns: every wait, every
 * release and every claim takes it. Here that list is in the owner's entry and has a lock there
 * (`LoanLists`), and the chains are the lot's buckets: CPUs that contend for no common lock share
 * nothing. What is left to pay is that a waiter writes the line of the owner's entry, which the
 * owner's CPU has, once for each sleep; the bucket's line is at hand anyway. A thread that neither
 * lends nor borrows takes the lock of its own list, twice in its life. `unblock` of a waiter that
 * lends no more takes none: only a thread's own `block` makes it lend, so that it cannot begin to
 * while it looks.
 *
 * Each change of a list works out, under its lock, what the owner is lent, and if that has changed
 * goes on to the owner that this one lends to, whose list is taken then. Between the two locks
 * other CPUs may change the same. But a change first writes what a thread is lent and then looks
 * where the thread lends to, and a thread that is moved is first written into its new list and then
 * looked at (Dekker): the later of two changes sees the other, and when all are done each owner is
 * lent what it should be. `turnstiles.model.ts` tries every order.
 *
 * A loan names the owner of the lock because of what locks promise: to sleep for a lock and to exit
 * one that is slept for happen under its bucket. Everything here is plain code for one instant,
 * called settled.
 */
export class Turnstiles {
  readonly #memory: Memory
  readonly #notices: Notices

  constructor(
    readonly lot: Pick<Lot, 'memory' | 'queueOf' | 'noticesOf'>,
    readonly lender: Lender,
    readonly lists = new LoanLists(lot),
  ) {
    this.#memory = lot.memory
    this.#notices = new Notices(lot, lists, lender)
  }

  /** Thread `td`, whose own priority is `own`, sleeps for a lock that `owner` holds. */
  block(td: Address, own: number, lock: Address, owner: Address): void {
    const { lists } = this
    const debtor = this.#borrows(owner) ? owner : ORPHANED
    const list = lists.of(debtor, lock)
    this.#memory.write(td + WAITER.offset.own, own)
    lists.take(list)
    lists.link(td, debtor, list)
    this.#leaveAndGoOn(debtor, list)
    this.#notices.tellAll()
  }

  /** The thread sleeps for its lock no longer, for whatever reason. */
  unblock(td: Address): void {
    if (this.lists.debtorOf(td) === LENDS_NOT) return
    this.#forget(td)
    this.#notices.tellAll()
  }

  /** A lock goes from `from` to `heir`; NIL for no thread. */
  pass(lock: Address, from: Address, heir: Address): void {
    const to = this.#borrows(heir) ? heir : ORPHANED
    if (to !== ORPHANED) this.#move(lock, ORPHANED, to, heir)
    if (from !== NIL) this.#move(lock, from, to, heir)
    this.#notices.tellAll()
  }

  /** The entry is to be, or was, a thread's: it owes nothing, and its lenders have lost it. */
  reset(td: Address): void {
    const { lists } = this
    const list = lists.of(td, NIL)
    this.#forget(td)
    for (;;) {
      lists.take(list)
      const lender = lists.first(list)
      if (lender === NIL) break
      lists.leave(list)
      this.#move(this.#memory.load(lender + WAITER.offset.key), td, ORPHANED, NIL)
    }
    this.#notices.withdraw(td)
    this.#memory.store(td + WAITER.offset.lent, MAX_PRIORITY)
    lists.leave(list)
    this.#notices.tellAll()
  }

  /** Tells the threads of CPU `cpu`, which is this one, what other CPUs have changed. */
  hear(cpu: number): void {
    this.#notices.hear(cpu)
  }

  /** Takes a waiter out of the list that it is in, if it is in one. */
  #forget(td: Address): void {
    const { lists } = this
    const list = lists.takeListOf(td)
    if (list === NIL) return
    const debtor = lists.debtorOf(td)
    lists.end(td, list)
    this.#leaveAndGoOn(debtor, list)
  }

  /**
   * Hands the waiters that lend to `from` for a lock over to `to`, but for the heir, which waits no
   * longer. No waiter of the lock joins the list meanwhile: that the lock is changing hands keeps
   * them out, and so an empty list needs no lock.
   */
  #move(lock: Address, from: Address, to: Address, heir: Address): void {
    const { lists } = this
    const source = lists.of(from, lock)
    const target = lists.of(to, lock)
    if (source === target || lists.isEmpty(source)) return
    lists.takeBoth(source, target)
    for (let lender = lists.first(source); lender !== NIL; ) {
      const next = lists.after(lender)
      const isMoved = this.#memory.load(lender + WAITER.offset.key) === lock
      if (lender === heir || this.#isDead(lender)) lists.end(lender, source)
      else if (isMoved) lists.move(lender, source, to, target)
      lender = next
    }
    const isLess = this.#reckon(from, source)
    const isMore = this.#reckon(to, target)
    lists.leave(source)
    lists.leave(target)
    if (isLess) this.#goOn(from)
    if (isMore) this.#goOn(to)
  }

  /** Ends a change of a list, which the caller has taken, and goes on along the chain of owners. */
  #leaveAndGoOn(debtor: Address, list: LoanList): void {
    const isChanged = this.#reckon(debtor, list)
    this.lists.leave(list)
    if (isChanged) this.#goOn(debtor)
  }

  /** What `first` is lent has changed: so may have what its debtor is lent, and so on. */
  #goOn(first: Address): void {
    const { lists } = this
    for (let td = first, isChanged = true; isChanged; ) {
      const list = lists.takeListOf(td)
      if (list === NIL) return
      td = lists.debtorOf(td)
      isChanged = this.#reckon(td, list)
      lists.leave(list)
    }
  }

  /** Works out what an owner is lent, whose list the caller has taken. Whether that has changed. */
  #reckon(td: Address, list: LoanList): boolean {
    if (td === ORPHANED || !this.#borrows(td)) return false
    const lent = this.#mostUrgent(list)
    if (lent === this.#lentTo(td)) return false
    this.#memory.store(td + WAITER.offset.lent, lent)
    this.#notices.note(td)
    return true
  }

  /** The priority of the most urgent waiter of a list. Waiters that have died lend no more. */
  #mostUrgent(list: LoanList): number {
    const { lists } = this
    let priority = MAX_PRIORITY
    for (let lender = lists.first(list); lender !== NIL; ) {
      const next = lists.after(lender)
      if (this.#isDead(lender)) lists.end(lender, list)
      else {
        const own = this.#memory.read(lender + WAITER.offset.own)
        priority = Math.min(priority, own, this.#lentTo(lender))
      }
      lender = next
    }
    return priority
  }

  /** Whether something can be lent to `td`: it is a thread of some CPU, and lives. */
  #borrows(td: Address): boolean {
    const { memory } = this.lot
    return td !== NIL && memory.read(td + WAITER.offset.cpu) !== NO_CPU && !this.#isDead(td)
  }

  #isDead(td: Address): boolean {
    return this.#memory.load(td + WAITER.offset.state) === DEAD
  }

  #lentTo(td: Address): number {
    return this.#memory.load(td + WAITER.offset.lent)
  }
}
