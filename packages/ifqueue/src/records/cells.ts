import type { Address, LiveMemory } from '@smpnet/memory'
import { FREE, header, isOfLap, RESERVED, spanOf, stateOf, TAKEN } from './header.ts'
import { CELL_BYTES, partsOf, RING, type RingShape } from './ring-shape.ts'

/** A try that could not, now: the ring is full, or empty. */
export const WOULD_BLOCK = -1
/** A try that never will: the queue is closed, and empty if it was to be received from. */
export const ENDED = -2

/** The length of what is no record. */
export const NO_RECORD = -1

/** How far `tail` is moved, where one producer and one consumer need no headers, at the end. */
export const SEAL = 1 << 30

/** Whether `tail` is where that left it: further from `head` than any ring is long. */
export function isSealed(head: number, tail: number): boolean {
  return ((tail - head) | 0) >= SEAL
}

/** Bytes from a header to the length of its record, and to how many cells that has. */
const LENGTH = 4
const SPAN = 8

/**
 * A ring of cells as one thread sees it: where things are. Positions count cells, from 0, and wrap
 * at 2^32; a record is at the cell of its position, and has the cells that follow it, as many as it
 * needs, and never goes round the end of the ring.
 */
export class Cells {
  readonly cells: number
  readonly at: Address
  /** The longest record. */
  readonly mostBytes: number
  readonly #isTable: boolean
  readonly #mask: number
  readonly #shift: number
  readonly #headers: Address
  readonly #stride: number
  readonly #data: Address
  readonly #dataStride: number

  constructor(
    readonly memory: LiveMemory,
    at: Address,
    readonly shape: RingShape,
  ) {
    const { headers, stride, data, dataStride } = partsOf(shape)
    this.at = at
    this.cells = shape.cells
    this.#isTable = shape.recordBytes === 0
    this.mostBytes = this.#isTable ? shape.cells * CELL_BYTES : shape.recordBytes
    this.#mask = shape.cells - 1
    this.#shift = Math.log2(shape.cells)
    this.#headers = at + headers
    this.#stride = stride
    this.#data = at + data
    this.#dataStride = dataStride
  }

  /** The index of the cell of a position. */
  indexOf(position: number): number {
    return position & this.#mask
  }

  lapOf(position: number): number {
    return position >>> this.#shift
  }

  /** The position of what is in a cell, whose header says its lap. */
  positionOf(index: number, lap: number): number {
    return (lap << this.#shift) | index
  }

  /**
   * The position of what is in a cell, whose header says only whether its lap is odd, and which is
   * no more than a lap before `end`, the tail or the head.
   */
  positionBefore(end: number, index: number, word: number): number {
    const lap = this.lapOf(end)
    return this.positionOf(index, isOfLap(word, lap) ? lap : lap - 1)
  }

  headerAt(position: number): Address {
    return this.#headers + (position & this.#mask) * this.#stride
  }

  dataAt(position: number): Address {
    return this.#data + (position & this.#mask) * this.#dataStride
  }

  /** The header of a cell that is free for the producer of a position. */
  freeAt(position: number): number {
    return header(FREE, this.lapOf(position))
  }

  /** Cells that a record of `bytes` takes: from 1. */
  spanFor(bytes: number): number {
    return this.#isTable && bytes > CELL_BYTES ? Math.ceil(bytes / CELL_BYTES) : 1
  }

  /** Of a record that the caller owns, or that is committed. */
  lengthAt(position: number): number {
    return this.memory.read(this.headerAt(position) + LENGTH)
  }

  /**
   * Cells of what is at a position: (x), as a consumer that was held up may look at it while it is
   * written anew.
   */
  spanAt(position: number, word: number): number {
    if (!this.#isTable) return 1
    const state = stateOf(word)
    if (state === RESERVED || state === TAKEN) return spanOf(word)
    return this.memory.load(this.headerAt(position) + SPAN)
  }

  /** Writes what a header says no more, for its owner, before it is committed or skipped. */
  describe(position: number, length: number, span: number): void {
    const at = this.headerAt(position)
    this.memory.write(at + LENGTH, length)
    if (this.#isTable) this.memory.store(at + SPAN, span)
  }

  /** Whether `count` cells from a position on are free for their producers. */
  areFree(position: number, count: number): boolean {
    const free = this.freeAt(position)
    for (let i = 0; i < count; i++) {
      if (this.memory.load(this.headerAt(position + i)) !== free) return false
    }
    return true
  }

  /** Frees the cells of a record for the next lap: its first last, which is what others look at. */
  free(position: number, span: number): void {
    const next = this.freeAt(position + this.cells)
    for (let i = span - 1; i >= 0; i--) this.memory.store(this.headerAt(position + i), next)
  }

  /** How many cells are in use, for a caller that only looks. */
  used(): number {
    const { memory, at } = this
    const head = memory.load(at + RING.offset.head)
    const tail = memory.load(at + RING.offset.tail)
    if (isSealed(head, tail)) return 0
    const used = (tail - head) | 0
    return Math.max(0, Math.min(this.cells, used))
  }
}
