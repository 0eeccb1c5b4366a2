import type { Address } from '@smpnet/memory'
import { QueueMisuse } from '../errors.ts'
import { type Cells, ENDED, NO_RECORD, WOULD_BLOCK } from './cells.ts'
import {
  COMMITTED,
  FREE,
  header,
  isOfLap,
  ownedHeader,
  RESERVED,
  SEALED,
  SKIPPED,
  stateOf,
} from './header.ts'
import type { Life } from './life.ts'
import { RING } from './ring-shape.ts'

/** How one thread puts records into a ring: it reserves a record, writes it, and commits it. */
export interface Producing {
  /** Where a record of up to `bytes` may be written, or WOULD_BLOCK, or ENDED. */
  tryReserve(bytes: number): Address
  /**
   * Makes what was reserved a record of `length` bytes. False if the ring was closed and sealed
   * meanwhile, which the one producer of a ring is told here, and others when they reserve. What
   * is held, others need not see before the next `publish`.
   */
  commit(length: number, isHeld: boolean): boolean
  /** Shows others what was held: all of it, or, if the ring was sealed meanwhile, nothing. */
  publish(): boolean
  /** Gives up what was reserved. */
  cancel(): void
  /** The header that a producer waits for, and what it was when the last try found no space. */
  readonly watched: Address
  readonly seen: number
}

/**
 * The one producer of a ring of many consumers. What it reserves, nobody sees: its commit is the
 * one step that it makes, a swap of the free header, which fails when a consumer has sealed the
 * ring. Where it is stands in two plain words that it writes before: which of the two is true, the
 * header says.
 */
export class SoleProducing implements Producing {
  readonly #tail: Address
  readonly #tailFrom: Address
  #position = 0
  #span = 0
  watched = 0
  seen = 0

  constructor(
    readonly cells: Cells,
    readonly life: Life,
    /** Is called when cells before the end of the ring are skipped: consumers may sleep. */
    readonly skipped: () => void,
  ) {
    this.#tail = cells.at + RING.offset.tail
    this.#tailFrom = cells.at + RING.offset.tailFrom
  }

  /** Another thread was the producer before, and may have ended in the midst of a commit. */
  takeOver(): void {
    const { cells } = this
    const { memory } = cells
    const from = memory.load(this.#tailFrom)
    if (memory.load(cells.headerAt(from)) === cells.freeAt(from)) memory.write(this.#tail, from)
  }

  tryReserve(bytes: number): Address {
    const { cells } = this
    const { memory } = cells
    if (this.life.isClosed()) return ENDED
    const span = cells.spanFor(bytes)
    let position = memory.read(this.#tail)
    const left = cells.cells - cells.indexOf(position)
    if (span > left) {
      if (!this.#isFree(position, left)) return WOULD_BLOCK
      if (!this.#publish(position, left, NO_RECORD, SKIPPED)) return ENDED
      this.skipped()
      position = (position + left) | 0
    }
    if (!this.#isFree(position, span)) return WOULD_BLOCK
    this.#position = position
    this.#span = span
    return cells.dataAt(position)
  }

  commit(length: number): boolean {
    return this.#publish(this.#position, this.#span, length, COMMITTED)
  }

  publish(): boolean {
    return true
  }

  /** Nobody knows of it. */
  cancel(): void {}

  #isFree(position: number, span: number): boolean {
    const { cells } = this
    const at = cells.headerAt(position)
    const found = cells.memory.load(at)
    if (found === cells.freeAt(position)) return span === 1 || this.#areFree(position, span)
    this.watched = at
    this.seen = found
    return false
  }

  /** Of several cells it is the last that is waited for, since they become free in order. */
  #areFree(position: number, span: number): boolean {
    const { cells } = this
    if (cells.areFree(position + 1, span - 1)) return true
    this.watched = cells.headerAt(position + span - 1)
    this.seen = cells.memory.load(this.watched)
    return false
  }

  #publish(position: number, span: number, length: number, state: number): boolean {
    const { cells } = this
    const { memory } = cells
    const lap = cells.lapOf(position)
    const free = header(FREE, lap)
    const at = cells.headerAt(position)
    memory.write(this.#tailFrom, position)
    memory.write(this.#tail, (position + span) | 0)
    cells.describe(position, length, span)
    if (memory.compareExchange(at, free, header(state, lap)) === free) return true
    memory.write(this.#tail, position)
    return this.#isOver(memory.load(at))
  }

  /** False for what was sealed; only another reservation can have filled the cell. */
  #isOver(found: number): boolean {
    if (stateOf(found) === SEALED) return false
    throw new QueueMisuse(
      'one thread sends to a queue of one producer, by one reservation at a time: another has ' +
        'committed a record in the place of this one',
    )
  }
}

/**
 * One of many producers of a ring. To reserve is to swap the free header at `tail` for one that
 * names this thread, and then to move `tail` past it, which any thread does that finds it so. So
 * no producer waits for another, and an undertaker finds what the dead had reserved.
 */
export class SharedProducing implements Producing {
  readonly #tail: Address
  #position = 0
  #span = 0
  watched = 0
  seen = 0

  constructor(
    readonly cells: Cells,
    readonly life: Life,
    /** What headers name this thread by. */
    readonly owner: number,
    /** Is called when cells before the end of the ring are skipped: consumers may sleep. */
    readonly skipped: () => void,
  ) {
    this.#tail = cells.at + RING.offset.tail
  }

  tryReserve(bytes: number): Address {
    const { cells, life } = this
    const { memory } = cells
    const span = cells.spanFor(bytes)
    for (;;) {
      if (life.isClosed()) return ENDED
      const tail = memory.load(this.#tail)
      const left = cells.cells - cells.indexOf(tail)
      const claim = this.#claim(tail, span > left ? left : span)
      if (claim < 0) return claim
      if (claim === RETRY) continue
      if (span <= left) return cells.dataAt(tail)
      this.#publish(NO_RECORD, SKIPPED)
      this.skipped()
    }
  }

  commit(length: number): boolean {
    this.#publish(length, COMMITTED)
    return true
  }

  publish(): boolean {
    return true
  }

  cancel(): void {
    this.#publish(NO_RECORD, SKIPPED)
  }

  #claim(tail: number, span: number): number {
    const { cells } = this
    const { memory } = cells
    const at = cells.headerAt(tail)
    const free = cells.freeAt(tail)
    let found = memory.load(at)
    if (found === free && (span === 1 || cells.areFree(tail + 1, span - 1))) {
      const mine = ownedHeader(RESERVED, cells.lapOf(tail), this.owner, span)
      found = memory.compareExchange(at, free, mine)
      if (found === free) {
        memory.compareExchange(this.#tail, tail, (tail + span) | 0)
        this.#position = tail
        this.#span = span
        return CLAIMED
      }
    }
    return found === free ? this.#isFull(tail, tail + span - 1) : this.#passed(tail, at, found)
  }

  /** After the header at `tail` was found not to be free for this lap. */
  #passed(tail: number, at: Address, found: number): number {
    const { cells } = this
    const { memory } = cells
    const state = stateOf(found)
    if (state === SEALED) return ENDED
    if (state === RESERVED && isOfLap(found, cells.lapOf(tail))) {
      memory.compareExchange(this.#tail, tail, (tail + cells.spanAt(tail, found)) | 0)
      return RETRY
    }
    if (memory.load(this.#tail) !== tail) return RETRY
    this.watched = at
    this.seen = found
    return WOULD_BLOCK
  }

  /** The first cell is free, and a later one is not, unless another has claimed it meanwhile. */
  #isFull(tail: number, last: number): number {
    const { memory } = this.cells
    const first = this.cells.headerAt(tail)
    this.watched = this.cells.headerAt(last)
    this.seen = memory.load(this.watched)
    if (memory.load(first) !== this.cells.freeAt(tail)) return RETRY
    return memory.load(this.#tail) === tail ? WOULD_BLOCK : RETRY
  }

  #publish(length: number, state: number): void {
    const { cells } = this
    const position = this.#position
    cells.describe(position, length, this.#span)
    cells.memory.store(cells.headerAt(position), header(state, cells.lapOf(position)))
  }
}

/** Of a claim: another thread was faster, or the caller has it. No errors, which are negative. */
const RETRY = 0
const CLAIMED = 1
