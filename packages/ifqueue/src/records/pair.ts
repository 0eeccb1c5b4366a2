import type { Address } from '@smpnet/memory'
import { QueueMisuse } from '../errors.ts'
import { type Cells, ENDED, isSealed, SEAL, WOULD_BLOCK } from './cells.ts'
import type { Consuming, Told } from './consuming.ts'
import type { Life } from './life.ts'
import type { Producing } from './producing.ts'
import { RING } from './ring-shape.ts'

/**
 * One producer and one consumer, which need no headers (Lamport 1983): `tail` says how far there
 * are records, and `head` how far cells are free again; each is written by one of the two, and
 * looked at by the other only when what it saw last does not suffice (MCRingBuffer, Lee et al.
 * 2010). So a record costs each side one write that the other sees, and several that are published
 * at once cost as little together.
 *
 * A word apart from the record says how long it is, or, as its complement, how many cells are
 * skipped before the end of the ring. The producer writes it only where it differs from what is
 * there since the lap before: where records are of one length, the lines of these words stay in the
 * caches of both, and what goes from core to core is the records.
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
  /** As far as cells were free when it last looked, and as far as they are so in one piece. */
  #free = 0
  #end = 0
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
    this.#tail = this.#published = this.#end = this.cells.memory.load(this.#tailAt)
    this.#free = (this.cells.memory.load(this.#headAt) + this.cells.cells) | 0
  }

  tryReserve(bytes: number): Address {
    const tail = this.#tail
    // Not for each record of a bulk: whether it comes before the end is seen when it is published.
    if (tail === this.#published && this.life.isClosed()) return ENDED
    const span = this.cells.spanFor(bytes)
    if (((this.#end - tail - span) | 0) < 0) return this.#makeRoom(span)
    return this.cells.dataAt(tail)
  }

  /** Of what was reserved, cells that the record does not need stay free. */
  commit(length: number, isHeld: boolean): boolean {
    this.#describe(length, this.cells.spanFor(length))
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

  #describe(word: number, span: number): void {
    const { cells } = this
    const at = cells.headerAt(this.#tail)
    if (cells.memory.read(at) !== word) cells.memory.write(at, word)
    this.#tail = (this.#tail + span) | 0
  }

  /** Looks for room, and skips the cells before the end of the ring that are too few. */
  #makeRoom(span: number): Address {
    const { cells } = this
    let left = cells.cells - cells.indexOf(this.#tail)
    if (span > left) {
      if (!this.#isFree(left)) return WOULD_BLOCK
      this.#describe(~left, left)
      // At once: behind a record of more than half of the ring its room comes by that alone.
      if (!this.publish()) return ENDED
      this.skipped()
      left = cells.cells
    }
    if (!this.#isFree(span)) return WOULD_BLOCK
    const free = (this.#free - this.#tail) | 0
    this.#end = (this.#tail + Math.min(free, left)) | 0
    return cells.dataAt(this.#tail)
  }

  #isFree(span: number): boolean {
    const last = (this.#tail + span) | 0
    if (((this.#free - last) | 0) >= 0) return true
    const head = this.cells.memory.load(this.#headAt)
    const free = (head + this.cells.cells) | 0
    if (((free - last) | 0) < 0) {
      this.watched = this.#headAt
      this.seen = head
      return false
    }
    this.#free = free
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
      const word = cells.memory.read(cells.headerAt(head))
      if (word >= 0) {
        this.length = word
        return cells.dataAt(head)
      }
      this.#head = (head + ~word) | 0
      this.publish()
      this.told.freed()
    }
  }

  release(isHeld: boolean): void {
    this.#head = (this.#head + this.cells.spanFor(this.length)) | 0
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
