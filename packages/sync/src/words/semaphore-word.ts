import { type Address, layout, NIL, word } from '@smpnet/memory'
import {
  AWAKE,
  type Lot,
  OUT,
  QUEUED,
  SETTLE,
  WAITER,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { type Account, accountOf, forgets, type Ledger, ledgerOf, untilStill } from './ledger.ts'
import type { MortalKind } from './lock-kind.ts'
import { BY_RECORDS, NOBODY } from './names.ts'

/**
 * The word of a semaphore, and how its queue is served. Apart from `Semaphore`, since the
 * undertaker of a thread serves the queues that it was in, and knows only where they are.
 */
export const SEMAPHORE = layout('semaphore', {
  /** (x) Twice the permits that are there, and `SEMAPHORE_WAITERS` while a waiter may sleep. */
  word: word('x'),
  /** (a) How many permits there are in all, for the undertaker of those that have some. */
  permits: word('a'),
})

export const SEMAPHORE_KIND: MortalKind = {
  name: 'semaphore',
  code: 4,
  version: 2,
  names: NOBODY,
  // Nobody decided for a waiter whose waker ended before its section did.
  owed: ({ state, taker, want }, { at }) =>
    state === AWAKE && taker >= 0 ? (td) => giveBack(td, at, want) : undefined,
  // A waiter that gives up serves those behind it; a dead one cannot.
  putRight: ({ td }, { at }) => serve(td, at),
}

/** Of it, a record for each waiter follows. */
export const ACCOUNTABLE_SEMAPHORE_KIND: MortalKind = {
  name: 'accountable semaphore',
  code: 16,
  version: 1,
  names: BY_RECORDS,
  owed: forgets,
  putRight({ td, lot }, lock) {
    const permits = lot.memory.read(lock.at + SEMAPHORE.offset.permits)
    return recountPermits(td, lot, lock.at, ledgerOf(lot, lock), permits)
  },
}

export const SEMAPHORE_WAITERS = 1
/** The most permits that a word can count. */
export const MAX_PERMITS = 2 ** 30 - 1

/**
 * Adds `count` permits to the semaphore at `at` and serves its queue, first come first, as far as
 * they last. Returns the word as it was: nothing is done when no waiter sleeps any more, or when
 * there would be more than `most`.
 */
export function* serve(td: Waiter, at: Address, count = 0, most = MAX_PERMITS): Waiting<number> {
  const { lot } = td
  const queue = yield* lot.lockQueue(at)
  const seen = lot.memory.load(at)
  const permits = (seen >>> 1) + count
  let chain: Address = NIL
  if (seen & SEMAPHORE_WAITERS && permits <= most) {
    chain = lot.takeWeighed(queue, at, permits)
    settleAccount(td, queue, at, chain, permits)
  }
  lot.unlockQueue(queue)
  yield* lot.wake(chain)
  return seen
}

/**
 * Makes the permits those that no living waiter of the ledger holds, of `permits` in all, and
 * serves the queue: for the undertaker `td` of waiters that may have ended with some.
 */
export function* recountPermits(
  td: Waiter,
  lot: Lot,
  at: Address,
  ledger: Ledger,
  permits: number,
): Waiting {
  for (;;) {
    const queue = yield* lot.lockQueue(at)
    const account = recounted(lot, at, ledger, permits)
    lot.unlockQueue(queue)
    if (account.isStill) break
    yield* untilStill(ledger, account)
  }
  yield* serve(td, at)
}

/** Under the queue, without which nobody changes a word that says that a waiter may sleep. */
function recounted(lot: Lot, at: Address, ledger: Ledger, permits: number): Account {
  const { memory } = lot
  memory.or(at, SEMAPHORE_WAITERS)
  const served = (entry: Address): number => {
    const taker = memory.load(entry + WAITER.offset.taker)
    const isHere = memory.load(entry + WAITER.offset.key) === at
    return isHere && taker > QUEUED && taker !== OUT ? memory.load(entry + WAITER.offset.want) : 0
  }
  const account = accountOf(lot, ledger, served)
  const { held, isStill, dead } = account
  if (!isStill) return account
  memory.store(at, (permits - held) * 2 + SEMAPHORE_WAITERS)
  for (const entry of dead) ledger.clear(entry)
  return account
}

/** Gives permits back that a waiter was given and never had, and serves those that sleep. */
export function* giveBack(td: Waiter, at: Address, count: number): Waiting {
  const { memory } = td.lot
  for (;;) {
    while (!memory.settled()) yield SETTLE
    const seen = memory.load(at)
    if (seen & SEMAPHORE_WAITERS) {
      if ((yield* serve(td, at, count)) & SEMAPHORE_WAITERS) return
    } else if (memory.compareExchange(at, seen, seen + count * 2) === seen) return
  }
}

/** Writes what is left when the sleepers of `chain` have what they want. */
function settleAccount(
  td: Waiter,
  queue: Address,
  at: Address,
  chain: Address,
  permits: number,
): void {
  const { lot } = td
  let left = permits
  for (let entry = chain; entry !== NIL; entry = lot.after(entry)) left -= lot.wantOf(entry)
  const rest = lot.first(queue, at) === NIL ? 0 : SEMAPHORE_WAITERS
  // The word is nobody else's to change while it says that a waiter sleeps.
  lot.decide(queue, at, left * 2 + SEMAPHORE_WAITERS, left * 2 + rest)
}
