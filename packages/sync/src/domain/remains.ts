import { type Address, CACHE_LINE_BYTES, type Memory, NIL } from '@smpnet/memory'
import { type LockKind, tagOf } from '../words/lock-kind.ts'
import {
  clearEpochLine,
  clearLine,
  COUNTER_KIND,
  EPOCH_KIND,
  EPOCH_LINE,
  RM_KIND,
  RM_LINE,
  SMR_KIND,
  SMR_LINE,
} from '../words/reader-lines.ts'
import { BARRIER_KIND, recount } from '../words/barrier-word.ts'
import { LET_IN, RwWord } from '../words/rw-word.ts'
import { Ledger } from '../words/ledger.ts'
import {
  ACCOUNTABLE_SEMAPHORE_KIND,
  giveBack,
  recountPermits,
  SEMAPHORE,
  SEMAPHORE_KIND,
  serve,
} from '../words/semaphore-word.ts'
import { AWAKE, type Lot, ownerIn, WAITER, type Waiter, type Waiting } from '@smpnet/park'
import {
  ACCOUNTABLE_RW_KIND,
  ACCOUNTABLE_SX_KIND,
  MCS_KIND,
  MUTEX_KIND,
  ONCE_KIND,
  RW_KIND,
  SPIN_KIND,
  SX_KIND,
  TICKET_KIND,
} from '../words/owned-kinds.ts'

/**
 * What a thread that has ended leaves behind in locks, beside its place in their queues, and how it
 * is put right by its undertaker.
 *
 * The undertaker finds the locks of its domain by their tags, and may have opened none of them: so
 * this table knows the words of each kind, not the classes, and the classes use the same functions.
 * The dead write nothing any more, and the next thread that gets their number comes afterwards.
 */
export interface PlacedLock {
  readonly at: Address
  /** Its bytes without the tag. */
  readonly bytes: number
  /** The first word of its tag. */
  readonly tag: number
}

/** Puts right what thread `ended` left in `lock`, which has lines for `cpus` threads, if any. */
type PutRight = (by: Undertaker, lock: PlacedLock, ended: number) => Waiting<unknown>

/** The thread that puts it right, and what it knows of the domain. */
export interface Undertaker {
  readonly td: Waiter
  readonly lot: Lot
  /** How many threads can have a number. */
  readonly cpus: number
}

const REMAINS: readonly (readonly [LockKind, PutRight])[] = [
  // A waiter that gives up serves those behind it; a dead one cannot.
  [SEMAPHORE_KIND, ({ td }, { at }) => serve(td, at)],
  [BARRIER_KIND, ({ lot }, { at }) => recount(lot, at)],
  [ACCOUNTABLE_SEMAPHORE_KIND, recountsPermits],
  [ACCOUNTABLE_RW_KIND, recountsReaders],
  [ACCOUNTABLE_SX_KIND, recountsReaders],
  [RM_KIND, perLine(clearLine)],
  [EPOCH_KIND, perLine(clearEpochLine)],
  [SMR_KIND, perLine(clearLine)],
]

/** Which word of a thread's line is not 0 while that thread is inside. */
const MARKS: readonly (readonly [LockKind, number])[] = [
  [RM_KIND, RM_LINE.offset.readers],
  [EPOCH_KIND, EPOCH_LINE.offset.depth],
  [SMR_KIND, SMR_LINE.offset.seen],
]

const ACCOUNTABLE: readonly LockKind[] = [
  ACCOUNTABLE_SEMAPHORE_KIND,
  ACCOUNTABLE_RW_KIND,
  ACCOUNTABLE_SX_KIND,
]
const READ_BY_COUNT: readonly LockKind[] = [RW_KIND, SX_KIND]
const DEAD_READER = 'what a dead reader was let into'

/** Their words count, and none names a waiter, whatever it looks like. */
const NAMELESS: readonly LockKind[] = [EPOCH_KIND, SMR_KIND, COUNTER_KIND]

/** Whether no word of such a lock names a waiter. */
export function isNameless({ tag }: PlacedLock): boolean {
  return NAMELESS.some((kind) => tagOf(kind) === tag)
}

/** Of an rmlock it is the mutex of its writers, which stands first. */
const OWNED: readonly LockKind[] = [
  ACCOUNTABLE_RW_KIND,
  ACCOUNTABLE_SX_KIND,
  MUTEX_KIND,
  RW_KIND,
  SX_KIND,
  SPIN_KIND,
  TICKET_KIND,
  MCS_KIND,
  ONCE_KIND,
  RM_KIND,
]

/** The ledger of an accountable lock, which is the last that it has. */
function ledgerOf({ memory, handle }: Lot, { at, bytes }: PlacedLock): Ledger {
  return new Ledger(memory, at + bytes - Ledger.bytes(handle), handle)
}

function recountsPermits({ td, lot }: Undertaker, lock: PlacedLock): Waiting {
  const permits = lot.memory.read(lock.at + SEMAPHORE.offset.permits)
  return recountPermits(td, lot, lock.at, ledgerOf(lot, lock), permits)
}

function recountsReaders({ td, lot }: Undertaker, lock: PlacedLock): Waiting {
  const word = new RwWord(lot.memory, lock.at, () => DEAD_READER)
  return word.recount(td, lot, ledgerOf(lot, lock))
}

/** Whether the waiter at `entry` has written down that it holds something of one of `locks`. */
export function isOnRecord(lot: Lot, locks: Iterable<PlacedLock>, entry: Address): boolean {
  for (const lock of locks) {
    const isAccountable = ACCOUNTABLE.some((kind) => tagOf(kind) === lock.tag)
    if (isAccountable && ledgerOf(lot, lock).names(entry)) return true
  }
  return false
}

/** Puts right all that thread `ended` left in `locks`. Never parks. */
export function* putRight(by: Undertaker, locks: Iterable<PlacedLock>, ended: number): Waiting {
  for (const lock of locks) {
    const found = REMAINS.find(([kind]) => tagOf(kind) === lock.tag)
    if (found !== undefined) yield* found[1](by, lock, ended)
  }
}

/**
 * What a waiter was given whose thread had ended, or ended before it had it: permits of a
 * semaphore, or its place among the readers of a lock. The undertaker gives it back.
 */
export type Owed = (td: Waiter) => Waiting

/**
 * What the waiter at `entry`, which is in no queue any more, was given by one of `locks` and never
 * had, as it did not run any more; or undefined. For an undertaker, before it ends the waiter.
 */
export function notReceived(
  { lot: { memory } }: Waiter,
  entry: Address,
  locks: Iterable<PlacedLock>,
): Owed | undefined {
  const [state, taker, at, want] = (['state', 'taker', 'key', 'want'] as const).map((name) =>
    memory.load(entry + WAITER.offset[name]),
  )
  for (const { at: place, tag } of locks) {
    if (place !== at) continue
    // Nobody decided for a semaphore's waiter whose waker ended before its section did.
    const isServed = state === AWAKE && taker! >= 0
    if (tag === tagOf(SEMAPHORE_KIND) && isServed) return (td) => giveBack(td, at, want!)
    const isReader = want === LET_IN && READ_BY_COUNT.some((kind) => tag === tagOf(kind))
    // By a ledger the living are counted; what was given to the dead is not theirs to write down.
    if (ACCOUNTABLE.some((kind) => tag === tagOf(kind))) {
      memory.store(entry + WAITER.offset.want, 0)
    }
    if (isReader) return (td) => new RwWord(memory, at, () => DEAD_READER).unread(td)
  }
  return undefined
}

/** What `thread` is inside of by its line in one of `locks`, as messages name it, or undefined. */
export function readBy(
  memory: Memory,
  locks: Iterable<PlacedLock>,
  thread: number,
  cpus: number,
): string | undefined {
  for (const lock of locks) {
    const [kind, mark] = MARKS.find(([kind]) => tagOf(kind) === lock.tag) ?? []
    if (kind === undefined || mark === undefined) continue
    if (memory.load(lineOf(lock, thread, cpus) + mark) !== 0)
      return `the ${kind.name} at ${lock.at}`
  }
  return undefined
}

/** What a waiter of `thread`, which lives, holds of `locks`, as messages name it, or undefined. */
export function heldBy(lot: Lot, locks: Iterable<PlacedLock>, thread: number): string | undefined {
  for (const lock of locks) {
    const kind = OWNED.find((kind) => tagOf(kind) === lock.tag)
    if (ACCOUNTABLE.some((kind) => tagOf(kind) === lock.tag)) {
      const ledger = ledgerOf(lot, lock)
      const mine = lot.given().filter((entry) => lot.threadOf(entry) === thread)
      if (mine.some((entry) => !lot.isDead(entry) && ledger.names(entry)))
        return `what it has of the accountable lock at ${lock.at}`
    }
    const owner = kind === undefined ? NIL : ownerIn(lot.memory.load(lock.at))
    if (owner === NIL || lot.threadOf(owner) !== thread || lot.isDead(owner)) continue
    return `the ${kind!.name} at ${lock.at}`
  }
  return undefined
}

/** Clears the line of the thread that has ended. */
function perLine(clear: (memory: Memory, line: Address) => void): PutRight {
  return function* ({ lot, cpus }, lock, ended) {
    clear(lot.memory, lineOf(lock, ended, cpus))
  }
}

/** The lines of all threads are the last that such a lock has. */
function lineOf({ at, bytes }: PlacedLock, thread: number, cpus: number): Address {
  return at + bytes - (cpus - thread) * CACHE_LINE_BYTES
}
