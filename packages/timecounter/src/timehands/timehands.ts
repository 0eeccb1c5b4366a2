import type { Memory } from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import { type Counter, counterDelta, largestDelta } from '../counters/counter.ts'
import type { GenerationRing } from './generation-ring.ts'
import { boottimeOf, HANDS, offsetOf, READER_WORDS, wide } from './hands.ts'
import { openRing, type TimehandsHandle } from './timehands-block.ts'

/** Readings after which a reader stops asking for one that no windup fell into. */
const MOST_ATTEMPTS = 4

/**
 * Timehands as one thread reads them, without locks: P-H. Kamp, "Timecounters: Efficient and
 * precise timekeeping in SMP kernels", 2002, and FreeBSD's kern_tc.c.
 *
 * Time is `offset + scale · (counter - offsetCount)`, with all but the counter from one record. A
 * thread keeps its copy of the record until another is published. A reading counts if the record
 * is still the published one after the counter was read; with one that is not, the next windup
 * might have been earlier than the reading, and time would follow the old scale past it. After four
 * attempts the reader takes what it has. A copy is made again only if its slot was refilled
 * meanwhile, which takes a writer two windups.
 *
 * Uptime never goes back in a thread: a reading that would is replaced by the latest time given.
 *
 * All functions are plain and take no lock. Readers wait for a writer in one case only, for a copy
 * whose slot is being filled again (see `GenerationRing.copy`).
 */
export class Timehands {
  readonly #ring: GenerationRing
  readonly #words = new Int32Array(READER_WORDS)
  readonly #offset = new Bintime()
  readonly #boottime = new Bintime()
  readonly #latest = new Bintime()
  #version = 0
  #counter: Counter
  #mask = 0
  #limit = 0
  #offsetCount = 0
  #scaleHigh = 0
  #scaleLow = 0
  #refused = 0
  #held = 0

  /** Throws ClockPageMismatch. `counters` are the same, in the same order, in every thread. */
  constructor(
    memory: Memory,
    handle: TimehandsHandle,
    readonly counters: readonly Counter[],
  ) {
    this.#ring = openRing(memory, handle)
    this.#counter = counters[0]!
  }

  /** Time since the start by reading the counter, exact to 2^-64 s; CLOCK_UPTIME_PRECISE. */
  binuptime(to: Bintime): Bintime {
    let count = 0
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      this.#follow()
      count = this.#counter.read()
      if (this.#ring.version() === this.#version) break
    }
    to.set(this.#offset).addScaled(this.#delta(count), this.#scaleHigh, this.#scaleLow)
    return this.#notBack(to)
  }

  /** UTC by reading the counter; CLOCK_REALTIME_PRECISE. */
  bintime(to: Bintime): Bintime {
    return this.binuptime(to).add(this.#boottime)
  }

  /** Time since the start as of the last windup; CLOCK_UPTIME_FAST. Touches no hardware. */
  getbinuptime(to: Bintime): Bintime {
    this.#follow()
    return to.set(this.#offset)
  }

  /** UTC as of the last windup; CLOCK_REALTIME_FAST. */
  getbintime(to: Bintime): Bintime {
    return this.getbinuptime(to).add(this.#boottime)
  }

  /** UTC at uptime 0. It changes when UTC is set, and at leap seconds. */
  getboottime(to: Bintime): Bintime {
    this.#follow()
    return to.set(this.#boottime)
  }

  /** The counter in use. */
  hardware(): Counter {
    this.#follow()
    return this.#counter
  }

  /** All counts of the counter since the start, read now: the feed-forward clock's counter. */
  ffcount(): number {
    this.#follow()
    return wide(this.#words, HANDS.ffcount) + this.#delta(this.#counter.read())
  }

  /** The version of the record in use; it changes with each windup. */
  version(): number {
    return this.#follow()
  }

  /** Readings of this thread in which the counter had gone back, or too far on to be believed. */
  refused(): number {
    return this.#refused
  }

  /** Readings of this thread that were held at the latest time given. */
  held(): number {
    return this.#held
  }

  #follow(): number {
    if (this.#ring.version() !== this.#version) this.#take()
    return this.#version
  }

  #take(): void {
    const words = this.#words
    this.#version = this.#ring.copy(words)
    this.#counter = this.counters[words[HANDS.counter]!]!
    this.#mask = this.#counter.mask
    this.#limit = largestDelta(this.#mask)
    this.#offsetCount = wide(words, HANDS.offsetCount)
    this.#scaleHigh = words[HANDS.scale]! >>> 0
    this.#scaleLow = words[HANDS.scale + 1]! >>> 0
    offsetOf(words, this.#offset)
    boottimeOf(words, this.#boottime)
  }

  #delta(count: number): number {
    const delta = counterDelta(this.#mask, count, this.#offsetCount)
    if (delta <= this.#limit) return delta
    this.#refused++
    return 0
  }

  #notBack(time: Bintime): Bintime {
    if (time.compare(this.#latest) < 0) {
      this.#held++
      return time.set(this.#latest)
    }
    this.#latest.set(time)
    return time
  }
}
