import type { Address } from '@smpnet/memory'
import { QueueMisuse } from '../errors.ts'
import { type Cells, ENDED, isSealed, NO_RECORD, SEAL, WOULD_BLOCK } from './cells.ts'
import type { Consuming, Told } from './consuming.ts'
import type { Life } from './life.ts'
import type { Producing } from './producing.ts'
import { RING } from './ring-shape.ts'

/**
 * One producer and one consumer, which need no headers (Lamport 1983): `tail` says how far there
 * are records, and `head` how far cells are free again; each is written by one of the two, and
 * looked at by the other only when what it saw last does not suffice. So a record costs each side
 * one write that the other sees, and several that are published at once cost as little together.
 *
 * What was not published is nobody's when its thread ends: records of a producer are not there,
 * and those of a consumer, which it has read, are its successor's.
 *
 * The consumer of a closed ring moves `tail` out of reach, so that its producer, which may have
 * looked before the ring was closed, cannot publish behind the end.
 */
export class PairProducing implements Producing {
  readonly #tailAt: Address
  readonly #headAt: Address
  /** What is published, and how far this producer is. */
  #published = 0
  #tail = 0
  /** As far as cells were free when it last looked. */
  #end = 0
  #span = 0
  watched = 0
  seen = 0

  constructor(
    readonly cells: Cells,
    readonly life: Life,
    /** Is called when cells before the end of the ring are skipped: consumers may sleep. */
    readonly skipped: () => void,
  ) {
    this.#tailAt = cells.at + RING.offset.tail
    this.#headAt = cells.at + RING.offset.head
  }

  takeOver(): void {
    const { memory } = this.cells
    this.#tail = this.#published = memory.load(this.#tailAt)
    this.#end = (memory.load(this.#headAt) + this.cells.cells) | 0
  }

  tryReserve(bytes: number): Address {
    const { cells } = this
    // Not for each record of a bulk: whether it comes before the end is seen when it is published.
    if (this.#published === this.#tail && this.life.isClosed()) return ENDED
    const span = cells.spanFor(bytes)
    const left = cells.cells - cells.indexOf(this.#tail)
    if (span > left) {
      if (!this.#isFree(left)) return WOULD_BLOCK
      this.#describe(left, NO_RECORD)
      // At once: behind a record of more than half of the ring its room comes by that alone.
      if (!this.publish()) return ENDED
      this.skipped()
    }
    if (!this.#isFree(span)) return WOULD_BLOCK
    this.#span = span
    return cells.dataAt(this.#tail)
  }

  commit(length: number, isHeld: boolean): boolean {
    this.#describe(this.#span, length)
    return isHeld || this.publish()
  }

  publish(): boolean {
    const [from, to] = [this.#published, this.#tail]
    if (from === to) return true
    const found = this.cells.memory.compareExchange(this.#tailAt, from, to)
    this.#published = to
    if (found === from) return true
    if (((found - from) | 0) === SEAL) return false
    throw new QueueMisuse(
      'one thread sends to a queue of one producer: another has committed in the place of this one',
    )
  }

  /** Nobody knows of it. */
  cancel(): void {}

  #describe(span: number, length: number): void {
    this.cells.writeExtent(this.#tail, length, span)
    this.#tail = (this.#tail + span) | 0
  }

  #isFree(span: number): boolean {
    const last = (this.#tail + span) | 0
    if (((this.#end - last) | 0) >= 0) return true
    const head = this.cells.memory.load(this.#headAt)
    const end = (head + this.cells.cells) | 0
    if (((end - last) | 0) < 0) {
      this.watched = this.#headAt
      this.seen = head
      return false
    }
    this.#end = end
    return true
  }
}

/** The consumer of a ring of one producer and one consumer. */
export class PairConsuming implements Consuming {
  readonly #tailAt: Address
  readonly #headAt: Address
  #published = 0
  #head = 0
  /** As far as there were records when it last looked. */
  #end = 0
  #span = 0
  length = 0
  watched = 0
  seen = 0

  constructor(
    readonly cells: Cells,
    readonly life: Life,
    readonly told: Told,
  ) {
    this.#tailAt = cells.at + RING.offset.tail
    this.#headAt = cells.at + RING.offset.head
  }

  takeOver(): void {
    this.#head = this.#published = this.#end = this.cells.memory.load(this.#headAt)
  }

  tryPeek(): Address {
    const { cells } = this
    for (;;) {
      const head = this.#head
      if (head === this.#end) {
        const tail = this.#look(head)
        if (tail < 0) return tail
      }
      this.#span = cells.extentAt(head)
      this.length = cells.lengthAt(head)
      if (this.length !== NO_RECORD) return cells.dataAt(head)
      this.release(false)
      this.told.freed()
    }
  }

  release(isHeld: boolean): void {
    this.#head = (this.#head + this.#span) | 0
    if (!isHeld) this.publish()
  }

  publish(): void {
    if (this.#published === this.#head) return
    this.#published = this.#head
    this.cells.memory.store(this.#headAt, this.#head)
  }

  /** Looks how far there are records: WOULD_BLOCK where there is none, and ENDED, or THERE. */
  #look(head: number): number {
    const { memory } = this.cells
    for (;;) {
      const tail = memory.load(this.#tailAt)
      if (isSealed(head, tail)) return ENDED
      if (tail !== head) {
        this.#end = tail
        return THERE
      }
      this.watched = this.#tailAt
      this.seen = tail
      if (!this.life.isClosed()) return WOULD_BLOCK
      const found = memory.compareExchange(this.#tailAt, tail, (tail + SEAL) | 0)
      if (found === tail) return ENDED
    }
  }
}

const THERE = 0
