import type { Address } from '@smpnet/memory'
import { type Lot, WAITER, type Waiting } from '@smpnet/park'
import { tagOf } from '../domain/domain-region.ts'
import { RM_KIND } from '../reading/rm-kind.ts'
import { BARRIER_KIND } from '../words/barrier-word.ts'
import type { MortalKind, Owed, PlacedLock, Undertaker } from '../words/lock-kind.ts'
import { EPOCH_KIND, SMR_KIND } from '../words/reader-lines.ts'
import { ACCOUNTABLE_RW_KIND, ACCOUNTABLE_SX_KIND, RW_KIND, SX_KIND } from '../words/rw-kinds.ts'
import { ACCOUNTABLE_SEMAPHORE_KIND, SEMAPHORE_KIND } from '../words/semaphore-word.ts'

/**
 * What a thread that has ended leaves behind in locks, beside its place in their queues and its
 * name. The undertaker finds the locks of its domain by their tags, and may have opened none of
 * them: so these are all the kinds of which more may be left than the names that a tag tells of.
 * Each says itself how that is put right, by the functions that its class uses.
 */
const MORTAL: readonly MortalKind[] = [
  SEMAPHORE_KIND,
  ACCOUNTABLE_SEMAPHORE_KIND,
  BARRIER_KIND,
  RW_KIND,
  SX_KIND,
  ACCOUNTABLE_RW_KIND,
  ACCOUNTABLE_SX_KIND,
  RM_KIND,
  EPOCH_KIND,
  SMR_KIND,
]

const BY_TAG = new Map(MORTAL.map((kind) => [tagOf(kind), kind]))

/** Puts right all that thread `ended` left in `locks`. Never parks. */
export function* putRight(by: Undertaker, locks: Iterable<PlacedLock>, ended: number): Waiting {
  for (const lock of locks) {
    const kind = BY_TAG.get(lock.tag)
    if (kind?.putRight !== undefined) yield* kind.putRight(by, lock, ended)
  }
}

/**
 * What the waiter at `entry`, which is in no queue any more, was given by one of `locks` and never
 * had, as it did not run any more; or undefined. For an undertaker, before it ends the waiter.
 */
export function notReceived(
  lot: Lot,
  entry: Address,
  locks: Iterable<PlacedLock>,
): Owed | undefined {
  const wordOf = (name: 'state' | 'taker' | 'key' | 'want'): number =>
    lot.memory.load(entry + WAITER.offset[name])
  const sleeper = { lot, entry, state: wordOf('state'), taker: wordOf('taker') }
  const [key, want] = [wordOf('key'), wordOf('want')]
  for (const lock of locks) {
    if (lock.at === key) return BY_TAG.get(lock.tag)?.owed?.({ ...sleeper, want }, lock)
  }
  return undefined
}
