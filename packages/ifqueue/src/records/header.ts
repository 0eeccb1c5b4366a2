/**
 * The word that stands before each cell of a ring of records, and what becomes of it in one lap:
 *
 * | state     | means                                   | is left by                              |
 * |-----------|-----------------------------------------|-----------------------------------------|
 * | FREE      | nothing is in the cell yet              | a producer, to RESERVED, or, if it is   |
 * |           |                                         | the only one, to COMMITTED; a consumer  |
 * |           |                                         | of a closed ring, to SEALED             |
 * | RESERVED  | a producer writes a record              | its producer, to COMMITTED or SKIPPED;  |
 * |           |                                         | its undertaker, to SKIPPED              |
 * | COMMITTED | a record is here                        | a consumer, to TAKEN, or, if it is the  |
 * |           |                                         | only one, to FREE of the next lap       |
 * | SKIPPED   | cells without a record                  | the same                                |
 * | TAKEN     | a consumer reads the record             | its consumer, to FREE of the next lap;  |
 * |           |                                         | its undertaker, to RETURNED             |
 * | RETURNED  | a record whose consumer has ended       | another consumer, to TAKEN              |
 * | SEALED    | the ring was closed, and ends here      | nothing                                 |
 *
 * A record of several cells is the header of its first one; those of the others stay FREE of this
 * lap until they are FREE of the next.
 *
 * What a thread swaps for another value says in which lap of the ring it is, so that a thread that
 * was held up for a lap cannot mistake the cell. What names its owner has only the last bit of the
 * lap, which tells this lap from the one before.
 */
export const FREE = 0
export const RESERVED = 1
export const COMMITTED = 2
export const SKIPPED = 3
export const TAKEN = 4
export const RETURNED = 5
export const SEALED = 6

const STATE = 7
const LAP_SHIFT = 3
/** The last bit of the lap. */
const PARITY = 1 << LAP_SHIFT
const OWNER_SHIFT = 4
const OWNER = 0xff
const SPAN_SHIFT = 12

/** Numbers of threads that a header can name. */
export const MOST_OWNERS = OWNER
/** Cells that a header can count. */
export const MOST_CELLS = 1 << 20

/** A header without an owner. */
export function header(state: number, lap: number): number {
  return (lap << LAP_SHIFT) | state
}

/** A header that names its owner, from 1 to MOST_OWNERS, of a record of `span` cells. */
export function ownedHeader(state: number, lap: number, owner: number, span: number): number {
  return (span << SPAN_SHIFT) | (owner << OWNER_SHIFT) | ((lap & 1) << LAP_SHIFT) | state
}

/** The lap of a header without an owner. */
export function lapIn(word: number): number {
  return word >>> LAP_SHIFT
}

export function stateOf(word: number): number {
  return word & STATE
}

/** Whether a header is of `lap`, as it is not that of the lap before. */
export function isOfLap(word: number, lap: number): boolean {
  return ((word ^ (lap << LAP_SHIFT)) & PARITY) === 0
}

/** The owner that a RESERVED or TAKEN header names. */
export function ownerOf(word: number): number {
  return (word >>> OWNER_SHIFT) & OWNER
}

/** The cells that a RESERVED or TAKEN header counts. */
export function spanOf(word: number): number {
  return word >>> SPAN_SHIFT
}
