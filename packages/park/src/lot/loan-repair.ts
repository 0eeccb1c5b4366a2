import { type Address, breakFrom, type Memory, NIL, WORD_BYTES } from '@smpnet/memory'
import { WAITER } from '../entry.ts'
import { NOTICES } from './notices.ts'
import { BUCKET } from './wait-queues.ts'

/** A lender's `debtor`, if it is in the list of its bucket. */
const ORPHANED = 1
/** What ends a list of notices. */
const END = 1

/** What the repair of loans has to know of a lot. */
export interface LoanParts {
  readonly memory: Memory
  /** All entries that are given out. */
  readonly given: readonly Address[]
  readonly buckets: readonly Address[]
  readonly bucketOf: (key: Address) => Address
  /** The words of `NOTICES` of each CPU. */
  readonly notices: readonly Address[]
}

/**
 * What an undertaker does for the lists of loans that schedulers keep in a lot's entries, and that
 * the dead held: `ended`, in the words of locks. The `debtor` of a waiter says in which list it is,
 * and is written last; so a list is made anew of those that name it. A notice whose thread is in no
 * list is forgotten: the CPU is interrupted after the burial, and looks at all that it has.
 *
 * What an owner is lent may be out of date until its loans change next. Plain; waits for nobody.
 */
export function mendLoans(parts: LoanParts, ended: number): void {
  const { memory, given, buckets, bucketOf, notices } = parts
  const debtorOf = (entry: Address): Address => memory.load(entry + WAITER.offset.debtor)
  for (const owner of given) {
    mend(memory, ended, owner + WAITER.offset.lenders, () => {
      return given.filter((entry) => debtorOf(entry) === owner)
    })
  }
  for (const bucket of buckets) {
    mend(memory, ended, bucket + BUCKET.offset.orphans, () =>
      given.filter((entry) => {
        const key = memory.load(entry + WAITER.offset.key)
        return debtorOf(entry) === ORPHANED && bucketOf(key) === bucket
      }),
    )
  }
  notices.forEach((head, cpu) => {
    breakFrom(memory, head + NOTICES.offset.lock, ended, () => mendNotices(parts, head, cpu))
  })
}

/** Frees a list whose lock follows its head, if the dead held it, with those in it linked anew. */
function mend(memory: Memory, ended: number, list: Address, lenders: () => Address[]): void {
  breakFrom(memory, list + WORD_BYTES, ended, () => {
    let next: Address = NIL
    for (const entry of lenders().reverse()) {
      memory.write(entry + WAITER.offset.lender, next)
      next = entry
    }
    memory.store(list, next)
  })
}

function mendNotices({ memory, given }: LoanParts, head: Address, cpu: number): void {
  const listed = new Set<Address>()
  for (let td = memory.load(head); td > END && !listed.has(td); ) {
    listed.add(td)
    td = memory.load(td + WAITER.offset.notice)
  }
  for (const entry of given) {
    if (memory.read(entry + WAITER.offset.cpu) !== cpu || listed.has(entry)) continue
    memory.write(entry + WAITER.offset.notice, 0)
  }
}
