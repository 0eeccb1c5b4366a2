import { build, type Histogram } from 'hdr-histogram-js'

const SUB_BITS = 10
const SUB_COUNT = 1 << SUB_BITS
const LARGEST_NS = 2 ** 31 - 1
const PAGE_BITS = 7
const PAGE_SLOTS = 1 << PAGE_BITS

/** Counts by slot, in pages of 128 slots; a page in which nothing was counted may be missing. */
export type LatencyPages = (Float64Array | undefined)[]

/**
 * Counts latencies in log-linear slots that are at most 0.1 % wide. It is the histogram of the
 * measuring loop: one addition per value, where the general HDR histogram takes 50 ns, which is a
 * tenth of the fastest round trip here. `histogram` turns it into the general one.
 *
 * Values are whole nanoseconds from 0 to 2^31 - 1 (2.1 s); larger ones count as the largest.
 * Latencies of one kind lie in few of the 176 pages, so that a recorder is small to make,
 * to send to another thread, and to add.
 */
export class LatencyRecorder {
  readonly pages: LatencyPages
  #count = 0

  constructor(pages: LatencyPages = []) {
    this.pages = pages
    for (const page of pages) for (const n of page ?? []) this.#count += n
  }

  /** Values recorded so far. */
  get count(): number {
    return this.#count
  }

  /** Adds one latency in nanoseconds; fractions are cut off. */
  record(ns: number): void {
    const value = ns < LARGEST_NS ? (ns > 0 ? ns | 0 : 0) : LARGEST_NS
    const shift = Math.max(0, 31 - SUB_BITS - Math.clz32(value))
    const slot = shift * SUB_COUNT + (value >> shift)
    const page = this.pages[slot >> PAGE_BITS] ?? this.#page(slot >> PAGE_BITS)
    page[slot & (PAGE_SLOTS - 1)]!++
    this.#count++
  }

  #page(index: number): Float64Array {
    while (this.pages.length < index) this.pages.push(undefined)
    return (this.pages[index] = new Float64Array(PAGE_SLOTS))
  }

  /** Adds what another recorder counted. */
  add(other: LatencyRecorder): void {
    for (const [index, page] of other.pages.entries()) {
      if (page === undefined) continue
      const own = this.pages[index] ?? this.#page(index)
      for (let at = 0; at < PAGE_SLOTS; at++) own[at]! += page[at]!
    }
    this.#count += other.#count
  }

  /**
   * The smallest recorded value that at least `percent` of all values do not exceed, in
   * nanoseconds; the slot's lower end, at most 0.1 % too small. 0 when nothing is recorded.
   */
  percentile(percent: number): number {
    let left = Math.max(1, Math.ceil((percent / 100) * this.#count))
    for (const [slot, n] of this.#used()) {
      left -= n
      if (left <= 0) return slotValue(slot)
    }
    return 0
  }

  /** Slots in which something was counted, in ascending order, with how much. */
  *#used(): Generator<readonly [slot: number, n: number]> {
    for (const [index, page] of this.pages.entries()) {
      if (page === undefined) continue
      for (let at = 0; at < PAGE_SLOTS; at++) {
        if (page[at]! > 0) yield [index * PAGE_SLOTS + at, page[at]!]
      }
    }
  }

  clear(): void {
    for (const page of this.pages) page?.fill(0)
    this.#count = 0
  }

  /** The same values as an HDR histogram of three significant digits. */
  histogram(): Histogram {
    const histogram = build({
      bitBucketSize: 64,
      lowestDiscernibleValue: 1,
      highestTrackableValue: LARGEST_NS,
      numberOfSignificantValueDigits: 3,
      autoResize: false,
    })
    for (const [slot, n] of this.#used()) histogram.recordValueWithCount(slotValue(slot), n)
    return histogram
  }
}

function slotValue(slot: number): number {
  const shift = slot < 2 * SUB_COUNT ? 0 : (slot >> SUB_BITS) - 1
  return (slot - shift * SUB_COUNT) * 2 ** shift
}
