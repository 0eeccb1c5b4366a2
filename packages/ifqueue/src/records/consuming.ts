import type { Address } from '@smpnet/memory'
import { type Cells, ENDED, NO_RECORD, WOULD_BLOCK } from './cells.ts'
import {
  COMMITTED,
  FREE,
  header,
  isOfLap,
  lapIn,
  ownedHeader,
  RETURNED,
  SEALED,
  SKIPPED,
  stateOf,
  TAKEN,
} from './header.ts'
import type { Life } from './life.ts'
import { RING } from './ring-shape.ts'

/** How one thread takes records out of a ring: it peeks, reads, and releases. */
export interface Consuming {
  /** Where the next record is, or WOULD_BLOCK, or ENDED. */
  tryPeek(): Address
  /** Bytes of the record that was peeked. */
  readonly length: number
  /** Gives the record's cells to producers, who need not see what is held before `publish`. */
  release(isHeld: boolean): void
  publish(): void
  /** The header that a consumer waits for, and what it was when the last try found no record. */
  readonly watched: Address
  readonly seen: number
}

/** Is told what a look has done besides, for which others may wait. */
export interface Told {
  /** Cells without a record are free. */
  freed(): void
  /** There may be more records that were returned. */
  returned(): void
}

/** A consumer of a ring of headers: what it has peeked, and what it waits for. */
abstract class HeaderConsuming {
  protected readonly head: Address
  protected position = 0
  protected span = 0
  length = 0
  watched = 0
  seen = 0

  constructor(
    readonly cells: Cells,
    readonly life: Life,
    readonly told: Told,
  ) {
    this.head = cells.at + RING.offset.head
  }

  /** Nothing is held. */
  publish(): void {}

  /**
   * After `found` was seen at the position of the head, where no record can be taken: ENDED if the
   * ring ends there, or RETRY. The consumer of a closed ring seals the free cell, so that no
   * producer, which may have looked before it was closed, can commit behind the end.
   */
  protected isOver(position: number, found: number): number {
    const { cells } = this
    if (stateOf(found) === SEALED && isOfLap(found, cells.lapOf(position))) return ENDED
    const free = cells.freeAt(position)
    if (found !== free || !this.life.isClosed()) return this.#waitsFor(position, found)
    const sealed = header(SEALED, cells.lapOf(position))
    const before = cells.memory.compareExchange(cells.headerAt(position), free, sealed)
    return before === free ? ENDED : RETRY
  }

  #waitsFor(position: number, found: number): number {
    this.watched = this.cells.headerAt(position)
    this.seen = found
    return WOULD_BLOCK
  }
}

/**
 * The one consumer of a ring of many producers. What it peeks, nobody sees: to release is to free
 * the cells, the first one last. Where it is stands in two plain words, written before: which of
 * the two is true, the header says.
 */
export class SoleConsuming extends HeaderConsuming implements Consuming {
  get #headFrom(): Address {
    return this.cells.at + RING.offset.headFrom
  }

  /** Another thread was the consumer before, and may have ended before it had freed a record. */
  takeOver(): void {
    const { cells } = this
    const { memory } = cells
    const from = memory.load(this.#headFrom)
    const found = memory.load(cells.headerAt(from))
    const isThere = stateOf(found) !== FREE && isOfLap(found, cells.lapOf(from))
    if (isThere) memory.write(this.head, from)
  }

  tryPeek(): Address {
    const { cells } = this
    const { memory } = cells
    for (;;) {
      const position = memory.read(this.head)
      const found = memory.load(cells.headerAt(position))
      const state = stateOf(found)
      if (state === COMMITTED || state === SKIPPED) {
        this.position = position
        this.span = cells.spanAt(position, found)
        if (state === COMMITTED) {
          this.length = cells.lengthAt(position)
          return cells.dataAt(position)
        }
        this.release()
        this.told.freed()
      } else {
        const result = this.isOver(position, found)
        if (result !== RETRY) return result
      }
    }
  }

  release(): void {
    const position = this.position
    const { memory } = this.cells
    memory.write(this.#headFrom, position)
    memory.write(this.head, (position + this.span) | 0)
    this.cells.free(position, this.span)
  }
}

/**
 * One of many consumers of a ring. To take is to swap the header of a record at `head` for one that
 * names this thread, and then to move `head` past it, which any thread does that finds it so. What
 * the dead had taken, an undertaker returns, and it is taken before anything else.
 */
export class SharedConsuming extends HeaderConsuming implements Consuming {
  readonly #returned: Address

  constructor(
    cells: Cells,
    life: Life,
    /** What headers name this thread by. */
    readonly owner: number,
    told: Told,
  ) {
    super(cells, life, told)
    this.#returned = cells.at + RING.offset.returned
  }

  tryPeek(): Address {
    const { cells } = this
    const { memory } = cells
    if (memory.load(this.#returned) !== 0) {
      const returned = this.#takeReturned()
      if (returned !== WOULD_BLOCK) return returned
    }
    for (;;) {
      const head = memory.load(this.head)
      const found = memory.load(cells.headerAt(head))
      const state = stateOf(found)
      if (state === FREE || !isOfLap(found, cells.lapOf(head))) {
        const result = this.#isStillOver(head, found)
        if (result !== RETRY) return result
      } else if (state === TAKEN || state === RETURNED) {
        memory.compareExchange(this.head, head, (head + cells.spanAt(head, found)) | 0)
      } else if (state !== COMMITTED && state !== SKIPPED) {
        // RESERVED, or SEALED.
        const result = this.#isStillOver(head, found)
        if (result !== RETRY) return result
      } else if (found === header(state, cells.lapOf(head)) && this.#take(head, found)) {
        memory.compareExchange(this.head, head, (head + this.span) | 0)
        if (state === COMMITTED) return cells.dataAt(head)
        this.release()
        this.told.freed()
      }
    }
  }

  release(): void {
    this.cells.free(this.position, this.span)
  }

  /**
   * Names this thread in the header of what is at a position, if that is still `found`, whose whole
   * lap is that position's: a thread that was held up after it had looked at `head` may find what
   * was put into the cell an even number of laps later.
   */
  #take(position: number, found: number): boolean {
    const { cells } = this
    const span = cells.spanAt(position, found)
    const mine = ownedHeader(TAKEN, cells.lapOf(position), this.owner, span)
    if (cells.memory.compareExchange(cells.headerAt(position), found, mine) !== found) return false
    this.position = position
    this.span = span
    this.length = cells.lengthAt(position)
    return true
  }

  /** The same, but RETRY where another consumer has moved `head` meanwhile. */
  #isStillOver(head: number, found: number): number {
    const result = this.isOver(head, found)
    return this.cells.memory.load(this.head) === head ? result : RETRY
  }

  /**
   * A record that was returned, wherever it is. When none is found that is noted, and looked at
   * once more, for one that was returned meanwhile.
   */
  #takeReturned(): Address {
    const { memory } = this.cells
    let at = this.#findReturned()
    if (at !== WOULD_BLOCK) return at
    memory.store(this.#returned, 0)
    at = this.#findReturned()
    if (at === WOULD_BLOCK) return at
    memory.store(this.#returned, 1)
    this.told.returned()
    return at
  }

  #findReturned(): Address {
    const { cells } = this
    for (let index = 0; index < cells.cells; index++) {
      const found = cells.memory.load(cells.headerAt(index))
      if (stateOf(found) !== RETURNED) continue
      const position = cells.positionOf(index, lapIn(found))
      if (!this.#take(position, found)) continue
      if (this.length !== NO_RECORD) return cells.dataAt(position)
      this.release()
      this.told.freed()
    }
    return WOULD_BLOCK
  }
}

/** Of a look: another thread was faster. */
const RETRY = 0
