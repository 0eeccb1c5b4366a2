import { type Address, CACHE_LINE_BYTES, type Memory, NIL } from '@smpnet/memory'
import { type LockKind, tagOf } from '../words/lock-kind.ts'
import {
  clearEpochLine,
  clearLine,
  EPOCH_KIND,
  EPOCH_LINE,
  RM_KIND,
  RM_LINE,
  SMR_KIND,
  SMR_LINE,
} from '../words/reader-lines.ts'
import { SEMAPHORE_KIND, serve } from '../words/semaphore-word.ts'
import { AWAKE, type Lot, ownerIn, WAITER, type Waiter, type Waiting } from '@smpnet/park'
import { MUTEX_KIND, ONCE_KIND, RW_KIND, SPIN_KIND, SX_KIND } from '../words/owned-kinds.ts'

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
type PutRight = (td: Waiter, lock: PlacedLock, ended: number, cpus: number) => Waiting<unknown>

const REMAINS: readonly (readonly [LockKind, PutRight])[] = [
  // A waiter that gives up serves those behind it; a dead one cannot.
  [SEMAPHORE_KIND, (td, { at }) => serve(td, at)],
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

/** Of an rmlock it is the mutex of its writers, which stands first. */
const OWNED: readonly LockKind[] = [MUTEX_KIND, RW_KIND, SX_KIND, SPIN_KIND, ONCE_KIND, RM_KIND]

/** Puts right all that thread `ended` left in `locks`. Never parks. */
export function* putRight(
  td: Waiter,
  locks: Iterable<PlacedLock>,
  ended: number,
  cpus: number,
): Waiting {
  for (const lock of locks) {
    const found = REMAINS.find(([kind]) => tagOf(kind) === lock.tag)
    if (found !== undefined) yield* found[1](td, lock, ended, cpus)
  }
}

/**
 * Permits of a semaphore that a waiter was given whose thread had ended, or ended before it had
 * them.
 */
export interface Permits {
  readonly at: Address
  readonly count: number
}

/**
 * What the waiter at `entry`, which is in no queue any more, was given by a semaphore of `locks`
 * and never had, as it did not run any more; or undefined. For an undertaker, before it ends the
 * waiter.
 */
export function notReceived(
  { lot: { memory } }: Waiter,
  entry: Address,
  locks: Iterable<PlacedLock>,
): Permits | undefined {
  const [state, taker, at] = (['state', 'taker', 'key'] as const).map((name) =>
    memory.load(entry + WAITER.offset[name]),
  )
  if (state !== AWAKE || taker! < 0) return undefined
  for (const lock of locks) {
    if (lock.at !== at || lock.tag !== tagOf(SEMAPHORE_KIND)) continue
    return { at, count: memory.load(entry + WAITER.offset.want) }
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
    const owner = kind === undefined ? NIL : ownerIn(lot.memory.load(lock.at))
    if (owner === NIL || lot.threadOf(owner) !== thread || lot.isDead(owner)) continue
    return `the ${kind!.name} at ${lock.at}`
  }
  return undefined
}

/** Clears the line of the thread that has ended. */
function perLine(clear: (memory: Memory, line: Address) => void): PutRight {
  return function* (td, lock, ended, cpus) {
    clear(td.lot.memory, lineOf(lock, ended, cpus))
  }
}

/** The lines of all threads are the last that such a lock has. */
function lineOf({ at, bytes }: PlacedLock, thread: number, cpus: number): Address {
  return at + bytes - (cpus - thread) * CACHE_LINE_BYTES
}
