import { type Address, type Memory, NIL, spinNow, unspin, WORD_BYTES } from '@smpnet/memory'
import { BUCKET, type Lot, WAITER } from '@smpnet/park'

/** A list of lenders, named by the address of the word that names its first; its lock follows. */
export type LoanList = Address

/** What a lender's `debtor` says, if not an entry: it lends nothing, or its lock has no owner. */
export const LENDS_NOT = NIL
export const ORPHANED = 1

/**
 * Which waiter lends to which: lists in shared memory, with a lock for each.
 *
 * A waiter that sleeps for a lock is in one list: that of the owner that it lends to, in the
 * owner's entry; or, while its lock has no owner that can be lent to, in the list of orphans of the
 * lock's bucket, where all waiters of that lock are queued anyway. A list's lock protects its
 * links, the `debtor` of each waiter in it, and what its owner is lent. It is held for a few
 * instructions; two of them are taken in the order of their addresses.
 *
 * A list can be found only by reading the `debtor` of a waiter, which may be moved meanwhile: so
 * `takeListOf` looks again when it has the lock. While a waiter lends, its `key` is its lock.
 */
export class LoanLists {
  readonly memory: Memory

  constructor(readonly lot: Pick<Lot, 'memory' | 'queueOf'>) {
    this.memory = lot.memory
  }

  /** The list of the waiters that lend to `debtor`, or of the orphans of `lock`. */
  of(debtor: Address, lock: Address): LoanList {
    const hasOwner = debtor !== ORPHANED
    if (hasOwner) return debtor + WAITER.offset.lenders
    return this.lot.queueOf(lock) + BUCKET.offset.orphans
  }

  take(list: LoanList): void {
    spinNow(this.memory, list + LOCK, 'the lock of a list of loans')
  }

  /** Takes two lists that differ. */
  takeBoth(one: LoanList, other: LoanList): void {
    this.take(Math.min(one, other))
    this.take(Math.max(one, other))
  }

  leave(list: LoanList): void {
    unspin(this.memory, list + LOCK)
  }

  /** Takes the list that a waiter is in; NIL, and nothing taken, if it lends nothing. */
  takeListOf(td: Address): LoanList | typeof NIL {
    for (;;) {
      const list = this.listOf(td)
      if (list === NIL) return NIL
      this.take(list)
      if (this.listOf(td) === list) return list
      this.leave(list)
    }
  }

  /** The list that a waiter is in, or NIL. Stays true only for a holder of that list. */
  listOf(td: Address): LoanList | typeof NIL {
    const debtor = this.debtorOf(td)
    if (debtor === LENDS_NOT) return NIL
    return this.of(debtor, this.memory.load(td + WAITER.offset.key))
  }

  debtorOf(td: Address): Address {
    return this.memory.load(td + WAITER.offset.debtor)
  }

  /** The first waiter of a list, or NIL; the next are `after` it. For a holder of the list. */
  first(list: LoanList): Address {
    return this.memory.read(list)
  }

  after(td: Address): Address {
    return this.memory.read(td + WAITER.offset.lender)
  }

  /** Whether a list is empty, for a caller that has not taken it. */
  isEmpty(list: LoanList): boolean {
    return this.memory.load(list) === NIL
  }

  /** Puts a waiter into the list of `debtor`, which the caller has taken. */
  link(td: Address, debtor: Address, list: LoanList): void {
    const { memory } = this
    memory.write(td + WAITER.offset.lender, memory.read(list))
    memory.store(list, td)
    memory.store(td + WAITER.offset.debtor, debtor)
  }

  /** Takes a waiter out of its list, which the caller has taken: it lends nothing from now on. */
  end(td: Address, list: LoanList): void {
    this.#unlink(td, list)
    this.memory.store(td + WAITER.offset.debtor, LENDS_NOT)
  }

  /**
   * Moves a waiter from one list into another, both of which the caller has taken. There is no
   * moment at which it seems to lend nothing: its thread may be looking.
   */
  move(td: Address, from: LoanList, debtor: Address, to: LoanList): void {
    this.#unlink(td, from)
    this.link(td, debtor, to)
  }

  #unlink(td: Address, list: LoanList): void {
    const { memory } = this
    const next = memory.read(td + WAITER.offset.lender)
    let at = list
    while (memory.read(at) !== td) at = memory.read(at) + WAITER.offset.lender
    memory.store(at, next)
    memory.write(td + WAITER.offset.lender, NIL)
  }
}

const LOCK = WORD_BYTES

for (const { offset, first } of [
  { offset: WAITER.offset.loans, first: WAITER.offset.lenders },
  { offset: BUCKET.offset.loans, first: BUCKET.offset.orphans },
]) {
  if (offset !== first + LOCK)
    throw new Error(`a list's lock follows it: ${first}, then ${offset}`)
}
