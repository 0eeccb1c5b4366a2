import type { Address } from '@smpnet/memory'
import { BUCKET, type Lot, WAITER } from '@smpnet/park'

/** Whether none of these waiters lends, borrows or is to be told of a loan, when nothing moves. */
export function areAtRest(
  lot: Pick<Lot, 'memory' | 'queueOf'>,
  waiters: readonly Address[],
  locks: readonly Address[],
): boolean {
  const { memory } = lot
  const fields = ['debtor', 'lenders', 'loans', 'notice'] as const
  const owes = (td: Address): boolean =>
    fields.some((field) => memory.read(td + WAITER.offset[field]) !== 0)
  const hasOrphans = (lock: Address): boolean =>
    memory.read(lot.queueOf(lock) + BUCKET.offset.orphans) !== 0
  return !waiters.some(owes) && !locks.some(hasOrphans)
}
