/** Slots for each power of two: a slot is at most 1/64 as wide as what it counts is long. */
const SUB_BITS = 6
const SUB_COUNT = 1 << SUB_BITS
const LARGEST_NS = 2 ** 31 - 1
const SLOTS = (32 - SUB_BITS) * SUB_COUNT

/** What a histogram of delays has counted; it can be cloned, and put together with others. */
export interface DelayCounts {
  readonly count: number
  /** Half of all delays, and 99 of 100, were at most so long; at most 1.6 % too long. */
  readonly p50Ns: number
  readonly p99Ns: number
  /** The longest one. */
  readonly maxNs: number
  /** The slots that are not empty, from short to long: slot, and delays in it. */
  readonly slots: readonly (readonly [slot: number, count: number])[]
}

/**
 * Counts delays, in whole ns, in log-linear slots. Delays from 2^31 ns on (2.1 s) share the
 * last slot; the longest is kept. Belongs to one CPU; what others have counted is
 * added as `DelayCounts`.
 */
export class DelayHistogram {
  readonly #slots = new Float64Array(SLOTS)
  #count = 0
  #maxNs = 0

  /** What several CPUs have counted, together. */
  static sum(all: readonly DelayCounts[]): DelayCounts {
    const sum = new DelayHistogram()
    for (const counts of all) sum.add(counts)
    return sum.counts()
  }

  record(delayNs: number): void {
    const ns = Math.round(delayNs)
    this.#slots[slotOf(ns)]!++
    this.#count++
    if (ns > this.#maxNs) this.#maxNs = ns
  }

  add({ count, maxNs, slots }: DelayCounts): void {
    for (const [slot, delays] of slots) this.#slots[slot]! += delays
    this.#count += count
    this.#maxNs = Math.max(this.#maxNs, maxNs)
  }

  counts(): DelayCounts {
    const slots: [slot: number, count: number][] = []
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#slots[slot]! > 0) slots.push([slot, this.#slots[slot]!])
    }
    const [p50Ns, p99Ns] = [this.#quantile(0.5), this.#quantile(0.99)]
    return { count: this.#count, p50Ns, p99Ns, maxNs: this.#maxNs, slots }
  }

  /** The longest delay that the slot has which `share` of all do not exceed; 0 for none. */
  #quantile(share: number): number {
    if (this.#count === 0) return 0
    let left = Math.max(1, Math.ceil(share * this.#count))
    for (let slot = 0; slot < SLOTS - 1; slot++) {
      left -= this.#slots[slot]!
      if (left <= 0) return Math.min(longestIn(slot), this.#maxNs)
    }
    return this.#maxNs
  }
}

function slotOf(ns: number): number {
  const value = Math.min(LARGEST_NS, ns)
  const shift = Math.max(0, 31 - SUB_BITS - Math.clz32(value))
  return shift * SUB_COUNT + (value >> shift)
}

function longestIn(slot: number): number {
  const shift = slot < 2 * SUB_COUNT ? 0 : (slot >> SUB_BITS) - 1
  return (slot - shift * SUB_COUNT + 1) * 2 ** shift - 1
}
