import { type Cells, NO_RECORD } from './cells.ts'
import { header, ownerOf, RESERVED, RETURNED, SKIPPED, spanOf, stateOf, TAKEN } from './header.ts'
import { RING } from './ring-shape.ts'

/**
 * What a thread that has ended leaves in a ring, which headers name as `owner`: what it had
 * reserved is skipped, what it had taken and not released is returned, and if it was the one
 * producer or the one consumer, another may be. Any of it may be done again by a second undertaker.
 */
export function buryIn(cells: Cells, owner: number): void {
  const { memory, at, shape } = cells
  memory.compareExchange(at + RING.offset.producer, owner, 0)
  memory.compareExchange(at + RING.offset.consumer, owner, 0)
  if (shape.kind === 'spsc') return
  let hasReturned = false
  for (let index = 0; index < cells.cells; index++) {
    const word = memory.load(cells.headerAt(index))
    const state = stateOf(word)
    const isOwned = (state === RESERVED || state === TAKEN) && ownerOf(word) === owner
    if (isOwned && state === RESERVED) skip(cells, index, word)
    if (isOwned && state === TAKEN) giveBack(cells, index, word)
    hasReturned ||= state === RETURNED || (isOwned && state === TAKEN)
  }
  // An undertaker may have ended between a record's return and this.
  if (hasReturned) memory.store(at + RING.offset.returned, 1)
}

/** The dead had reserved it: `tail` goes past it, and consumers do. */
function skip(cells: Cells, index: number, word: number): void {
  const { memory, at } = cells
  const tail = at + RING.offset.tail
  const position = cells.positionBefore(memory.load(tail), index, word)
  const span = spanOf(word)
  memory.compareExchange(tail, position, (position + span) | 0)
  cells.describe(position, NO_RECORD, span)
  memory.compareExchange(cells.headerAt(index), word, header(SKIPPED, cells.lapOf(position)))
}

/** The dead had taken it: `head` goes past it, and another consumer looks for it. */
function giveBack(cells: Cells, index: number, word: number): void {
  const { memory, at } = cells
  const head = at + RING.offset.head
  const position = cells.positionBefore(memory.load(head), index, word)
  memory.compareExchange(head, position, (position + spanOf(word)) | 0)
  memory.compareExchange(cells.headerAt(index), word, header(RETURNED, cells.lapOf(position)))
}
