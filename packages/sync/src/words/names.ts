import { type Address, came, layout, word, WORD_BYTES } from '@smpnet/memory'
import { Lot, ownerIn, WAITER } from '@smpnet/park'
import type { PlacedLock } from './lock-kind.ts'

/**
 * Which words of a lock name those that use it. Each kind says so, and the tag of a lock repeats
 * it, so that any thread can tell whom a lock names without a line of its kind: one that gives
 * the waiters of the dead to others, one that leaves its domain, and an undertaker. Words that
 * only count are not looked at, whatever they look like.
 *
 * | a kind says   | its locks name                     | by                                      |
 * |---------------|------------------------------------|-----------------------------------------|
 * | `NOBODY`      | nobody, they only count            | -                                       |
 * | `inWords(…)`  | the waiter that is inside, or one  | its address, in these words, which are  |
 * |               | that has ended inside              | among the lock's first 16               |
 * | `BY_RECORDS`  | every waiter that holds some of it | a `RECORD` for each waiter of the       |
 * |               |                                    | domain, which are the last of its words |
 * | `byLines(…)`  | every thread that is inside        | this word of a line for each thread,    |
 * |               |                                    | not 0; the lines are its last           |
 */
export const NOBODY = 0
export const BY_RECORDS = 1 << 16
export const BY_LINES = 1 << 17
/** Above these, which word of a line it is. */
export const LINE_SHIFT = 18

const WORDS = BY_RECORDS - 1

/** What a waiter has written of itself in a lock: of one that the lock does not name, all is 0. */
export const RECORD = layout('record', {
  /** (o) of its waiter, and cleared by the undertaker of a dead one. */
  held: word('o'),
  /** (x) Written by its waiter, and by the undertaker of a dead one. */
  changes: word('x'),
})

/** Of a kind whose words at these offsets name a waiter, or nobody, as `ownerIn` reads them. */
export function inWords(...offsets: readonly number[]): number {
  return offsets.reduce((names, offset) => names | (1 << indexOf(offset)), NOBODY)
}

/** Of a kind whose lines have this word. */
export function byLines(offset: number): number {
  return BY_LINES | (indexOf(offset) << LINE_SHIFT)
}

/** Where the record of the waiter at `entry` is, among records that end at `end`. */
export function recordAt({ handle }: Lot, end: Address, entry: Address): Address {
  const index = (entry - Lot.entriesOf(handle)) / WAITER.size
  return end - (handle.waiters - index) * RECORD.size
}

/** Whether `lock` names the waiter at `entry`. */
export function isNamedIn(lot: Lot, { at, bytes, names }: PlacedLock, entry: Address): boolean {
  const { memory } = lot
  for (let left = names & WORDS, place = at; left !== 0; left >>= 1, place += WORD_BYTES) {
    if (left & 1 && ownerIn(memory.load(place)) === entry) return true
  }
  if ((names & BY_RECORDS) === 0) return false
  const record = recordAt(lot, at + bytes, entry)
  const isChanging = memory.load(record + RECORD.offset.changes) !== 0
  return isChanging || memory.load(record + RECORD.offset.held) !== 0
}

/** Throws a RangeError for the offset of no word that a tag can tell of. */
function indexOf(offset: number): number {
  const index = Number.isInteger(offset) ? offset / WORD_BYTES : -1
  if (Number.isInteger(index) && index >= 0 && index < 16) return index
  throw new RangeError(`a lock names by one of its first 16 words: ${came(offset)} came`)
}
