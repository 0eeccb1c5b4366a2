import {
  type Address,
  alignUp,
  CACHE_LINE_BYTES,
  came,
  layout,
  type Memory,
  word,
  WORD_BYTES,
} from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import { expectObject, expectPlace } from '../terms/expect.ts'

/**
 * A ring of words that any number of threads put into without a lock: FreeBSD's buf_ring, whose
 * words are the addresses of packets.
 *
 * A slot says by itself what it holds, and in which lap of the ring:
 *
 * | slot                | means                                                      |
 * |---------------------|------------------------------------------------------------|
 * | -lap                | free for the put of that lap; all zero at first            |
 * | word, odd if lap is | the word that was put in that lap                          |
 *
 * To put is to swap a free slot of this lap for the word, which claims the slot and publishes the
 * word in one step, and then to move `tail` past it. buf_ring claims first and publishes later, so
 * that a producer has to spin until all before it have published. Here nobody waits for another: a
 * producer that finds the slot at `tail` taken moves `tail` itself. A producer may end after any
 * step, and a word that it had put arrives. The lap tells a word of this lap, to be helped past,
 * from one of the lap before, which means that the ring is full, so that a producer does not read
 * what consumers write.
 *
 * A sole consumer frees the slot and then moves `head`; if it ends in between, the next one sees
 * by the slot's lap that it was taken. Several consumers claim by moving `head`, since a swap of
 * the slot could not tell a word from the same word a lap later, and free the slot afterwards:
 * until then a put there says that the ring is full. One that ends in between keeps its word and
 * the slot, which holds the ring up when the next lap comes to it: that is for CPUs, which do not
 * end.
 *
 * No function waits. A try does nothing, and says so, while simulated time has to settle; the
 * generators do settle, and `…Now` is for callers that have.
 */
export const BUF_RING = layout('buf ring', {
  /** (x) How many were put; moved by any producer, past a slot that is taken. */
  tail: word('x', 'producers'),
  /** (x) How many were taken; moved by the sole consumer, or by any of several. */
  head: word('x', 'consumers'),
})

export interface BufRingShape {
  /** Words that the ring holds: a power of two, from 2. */
  readonly slots: number
}

const MOST_SLOTS = 2 ** 24

/** A ring as its producers use it; a subclass says how it is taken from. */
export abstract class BufRing {
  readonly #mask: number
  readonly #shift: number
  readonly #tail: Address
  /** Where the slots are, and the number of the next to be taken. */
  protected readonly slotsAt: Address
  protected readonly headAt: Address

  /** Over `BufRing.bytes(shape)` bytes at `at`, all zero at first, at a multiple of 64. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly slots: number,
  ) {
    checkSlots(slots)
    expectPlace('a ring of words', memory, at)
    this.#mask = slots - 1
    this.#shift = Math.log2(slots)
    this.#tail = at + BUF_RING.offset.tail
    this.headAt = at + BUF_RING.offset.head
    this.slotsAt = at + BUF_RING.size
  }

  /** Bytes of a ring. Throws a RangeError for a number of slots that cannot be. */
  static bytes(shape: BufRingShape): number {
    expectObject('the shape of a ring', shape)
    const { slots } = shape
    checkSlots(slots)
    return BUF_RING.size + alignUp(slots * WORD_BYTES, CACHE_LINE_BYTES)
  }

  /** Words that are in it: exact for a caller that has settled while nobody puts or takes. */
  get count(): number {
    const { memory } = this
    const head = memory.load(this.headAt)
    return Math.max(0, Math.min(this.slots, (memory.load(this.#tail) - head) | 0))
  }

  /** Puts a word, which is positive and even: false if the ring is full, or time has to settle. */
  tryPut(word: number): boolean {
    return this.memory.claimed(this.#tail) && this.putNow(word)
  }

  /** Puts a word: false if the ring is full. Never parks. */
  *put(word: number): Waiting<boolean> {
    while (!this.memory.claimed(this.#tail)) yield SETTLE
    return this.putNow(word)
  }

  /** The same for a caller that has settled: a section, or the handler of an interrupt. */
  putNow(word: number): boolean {
    if (word <= 0 || (word & ~1) !== word) throw noWord(word)
    const { memory } = this
    let tail = memory.load(this.#tail)
    for (;;) {
      const slot = this.slotOf(tail)
      const lap = this.lapOf(tail)
      const seen = memory.load(slot)
      if (seen === -lap && memory.compareExchange(slot, seen, word | (lap & 1)) === seen) {
        memory.compareExchange(this.#tail, tail, (tail + 1) | 0)
        return true
      }
      const next = this.#passed(tail, seen, lap)
      if (next === tail) return false
      tail = next
    }
  }

  /** Puts words of `words` from `start` on, as many of `count` as there is room for: how many. */
  tryPutAll(words: ArrayLike<number>, start: number, count: number): number {
    return this.memory.claimed(this.#tail) ? this.putAllNow(words, start, count) : 0
  }

  /** The same for a caller that has settled. */
  putAllNow(words: ArrayLike<number>, start: number, count: number): number {
    let done = 0
    while (done < count && this.putNow(words[start + done]!)) done++
    return done
  }

  /** Takes the word that has been there longest, or 0: it is empty, or time has to settle. */
  tryTake(): number {
    return this.memory.claimed(this.headAt) ? this.takeNow() : 0
  }

  /** Takes the word that has been there longest, or 0 if it is empty. Never parks. */
  *take(): Waiting<number> {
    while (!this.memory.claimed(this.headAt)) yield SETTLE
    return this.takeNow()
  }

  /** The same for a caller that has settled. */
  abstract takeNow(): number

  /** Takes up to `count` words into `into` from `start` on: how many. */
  tryTakeAll(into: Int32Array | number[], start: number, count: number): number {
    return this.memory.claimed(this.headAt) ? this.takeAllNow(into, start, count) : 0
  }

  /** The same for a caller that has settled. */
  takeAllNow(into: Int32Array | number[], start: number, count: number): number {
    let done = 0
    for (; done < count; done++) {
      const word = this.takeNow()
      if (word === 0) break
      into[start + done] = word
    }
    return done
  }

  protected slotOf(position: number): Address {
    return this.slotsAt + (position & this.#mask) * WORD_BYTES
  }

  protected lapOf(position: number): number {
    return position >>> this.#shift
  }

  /** What frees the slot at a position for the next lap. */
  protected freed(position: number): number {
    return -this.lapOf((position + this.slots) | 0)
  }

  /**
   * The next tail to try, after the slot was seen, or found, to be taken: `tail` itself if the ring
   * is full, which a word of the lap before says as long as `tail` has not moved.
   */
  #passed(tail: number, seen: number, lap: number): number {
    const isOld = seen > 0 && (seen & 1) !== (lap & 1)
    if (!isOld) this.memory.compareExchange(this.#tail, tail, (tail + 1) | 0)
    return this.memory.load(this.#tail)
  }
}

function checkSlots(slots: number): void {
  const isPower = Number.isInteger(slots) && Number.isInteger(Math.log2(slots))
  if (isPower && slots >= 2 && slots <= MOST_SLOTS) return
  throw new RangeError(
    `a ring has a power of two of slots, from 2 to ${MOST_SLOTS}: ${came(slots)} came`,
  )
}

function noWord(word: unknown): RangeError {
  return new RangeError(
    `what is put into a ring is an address, positive and even: ${came(word)} came`,
  )
}
