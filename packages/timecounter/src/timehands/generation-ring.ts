import { type Address, alignUp, CACHE_LINE_BYTES, type Memory, WORD_BYTES } from '@smpnet/memory'

/**
 * A record that many threads read without locks while few write it: the ring of FreeBSD's
 * timehands. A writer fills a slot that no reader is sent to, and then publishes it by one word.
 *
 *     current: version = generation · 16 + slot      each slot: version | words …
 *
 *     writer: slot.version := 0, words, slot.version := v, current: base → v (compare-exchange)
 *     reader: v := current, slot.version = v?, words, slot.version = v?  no: once more
 *
 * The version in the slot is what makes a copy whole: a writer that comes round to the slot while
 * a reader still copies from it has cleared that word first, and sets another one afterwards.
 *
 * Every writer has a seat, two slots of its own, and uses the one that is not published. A writer
 * that was held up, and that another has replaced meanwhile, can therefore spoil nothing that is
 * published: it fills its own slot, and its compare-exchange fails. No lock is needed, so no dead
 * thread holds one.
 *
 * `publish` never waits. `copy` tries again while writers come round to its slot, which takes a
 * writer two publications each time.
 *
 * A generation has 28 bits. A reader that sleeps for exactly 2^28 publications, 75 hours at 1 kHz,
 * takes the record that it knows for the current one, until the next publication.
 */
const SLOT_BITS = 4
const SLOT_MASK = (1 << SLOT_BITS) - 1
const SLOTS_PER_SEAT = 2
/** Where a slot's words begin, behind its version. */
const FIRST_WORD = WORD_BYTES

/** The most writers that a ring has seats for. */
export const MOST_SEATS = (SLOT_MASK + 1) / SLOTS_PER_SEAT

export class GenerationRing {
  readonly #slotBytes: number

  /** The ring at `at`, of records of `words` words. Fields: all (x). */
  constructor(
    readonly memory: Memory,
    /** The address of `current`, which has a cache line to itself. */
    readonly at: Address,
    readonly words: number,
  ) {
    this.#slotBytes = slotBytes(words)
  }

  /** Bytes of a ring with `seats` writers; the first line is `current`. */
  static bytes(words: number, seats: number): number {
    return CACHE_LINE_BYTES + seats * SLOTS_PER_SEAT * slotBytes(words)
  }

  /** What is published now: a word that changes with each publication. 0 before the first. */
  version(): number {
    return this.memory.load(this.at)
  }

  /** Copies the first `into.length` words of what is published, and returns its version. */
  copy(into: Int32Array): number {
    for (let attempt = 0; ; attempt++) {
      const version = this.memory.load(this.at)
      if (this.#copySlot(version, into)) return version
      this.memory.pause(attempt)
    }
  }

  /**
   * Publishes `from` in place of `base`, from a seat that only one writer uses. False, and nothing
   * is published, when another record was published meanwhile.
   */
  publish(seat: number, base: number, from: Int32Array): boolean {
    const { memory } = this
    const first = seat * SLOTS_PER_SEAT
    const slot = (base & SLOT_MASK) === first ? first + 1 : first
    const version = nextVersion(base, slot)
    const at = this.#slot(slot)
    memory.store(at, 0)
    for (let i = 0; i < this.words; i++) {
      memory.store(at + FIRST_WORD + i * WORD_BYTES, from[i]!)
    }
    memory.store(at, version)
    return memory.compareExchange(this.at, base, version) === base
  }

  #copySlot(version: number, into: Int32Array): boolean {
    const { memory } = this
    const at = this.#slot(version & SLOT_MASK)
    if (memory.load(at) !== version) return false
    for (let i = 0; i < into.length; i++) {
      into[i] = memory.load(at + FIRST_WORD + i * WORD_BYTES)
    }
    return memory.load(at) === version
  }

  #slot(slot: number): Address {
    return this.at + CACHE_LINE_BYTES + slot * this.#slotBytes
  }
}

function slotBytes(words: number): number {
  return alignUp(FIRST_WORD + words * WORD_BYTES, CACHE_LINE_BYTES)
}

/** The version that follows `base`, in `slot`. Never 0, which marks a slot that is being filled. */
function nextVersion(base: number, slot: number): number {
  const generation = ((base >>> SLOT_BITS) + 1) & 0xfffffff
  return ((generation === 0 ? 1 : generation) << SLOT_BITS) | slot
}
