import {
  type Address,
  type Arena,
  came,
  expectHandle,
  type HandleKind,
  type Memory,
} from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import { BadTime } from '../errors.ts'
import { GenerationRing, MOST_SEATS } from '../timehands/generation-ring.ts'
import { setWide, wide } from '../timehands/hands.ts'

/**
 * The feed-forward clock: FreeBSD's FFCLOCK (timeffc.h), after D. Veitch, J. Ridoux and S. Korada,
 * "Robust Synchronization of Absolute and Difference Clocks over Networks", 2009.
 *
 * A loop steers the counter's rate, and so mixes what is measured with what was corrected before.
 * Here nothing is steered. An estimator outside fits a line, time = time0 + period · (count -
 * count0), and every new estimate replaces it. The absolute clock is that line, and jumps when it
 * is replaced; the difference clock is the period alone, for intervals; and the monotone one runs
 * up to 5000 ppm faster or slower after an estimate until it has joined the line.
 *
 * The words are a record in a GenerationRing, so no lock protects them: `update` publishes a whole
 * record or, when another estimate came first, none. All functions are plain and never wait; an
 * object belongs to one thread.
 */
const WORDS = {
  /** Each of these is two words, high and low, or a time of four: (x), in a GenerationRing. */
  count: 0,
  time: 2,
  period: 6,
  /** The ramp of the monotone clock: where it begins, its counts' length, and how many counts. */
  rampTime: 8,
  rampPeriod: 12,
  rampCounts: 14,
  /** The estimator's own bound on its error, in ns. */
  errorNs: 16,
  words: 18,
} as const

/** The steepest that the monotone clock may be off the line: FreeBSD's 5000 ppm. */
const STEEPEST = 0.005
const ONE = 1n << 64n

/** What an estimator knows: `ffcount` and UTC at one moment, and the length of a count. */
export interface FeedForwardEstimate {
  readonly ffcount: number
  readonly time: Bintime
  /** Seconds per count. */
  readonly periodS: number
  readonly errorNs?: number
}

export interface FeedForwardHandle {
  readonly at: Address
}

/** Places a feed-forward clock that has no estimate yet: it then counts from 0 at 0. */
export function placeFeedForward(arena: Arena): FeedForwardHandle {
  return { at: arena.place('feed-forward clock', GenerationRing.bytes(WORDS.words, MOST_SEATS)) }
}

const HANDLE: HandleKind = { of: 'a feed-forward clock', fields: { at: 'address' } }

export class FeedForward {
  readonly #ring: GenerationRing
  readonly #words = new Int32Array(WORDS.words)
  readonly #latest = new Bintime()

  /** `seat`: the caller's among the writers; only one thread may call `update` for a seat. */
  constructor(
    memory: Memory,
    handle: FeedForwardHandle,
    /** Counts of the counter since the start: `Timehands.ffcount`. */
    readonly counter: { ffcount(): number },
    readonly seat = 0,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#ring = new GenerationRing(memory, handle.at, WORDS.words)
  }

  /** Takes an estimate. False when another was taken at the same time. Throws BadTime for none. */
  update(estimate: FeedForwardEstimate): boolean {
    const { errorNs = 0, ffcount, periodS, time } = estimate
    if (!(periodS > 0 && periodS <= 0.001) || !Number.isSafeInteger(ffcount) || ffcount < 0) {
      const found = `${came(periodS)} s at count ${came(ffcount)}`
      throw new BadTime(`estimate: expected a period up to 1 ms at a count, came ${found}`)
    }
    const base = this.#take()
    const isFirst = base === 0
    const now = this.counter.ffcount()
    const period = BigInt(Math.round(periodS * 2 ** 64))
    const line = bigOf(time) + BigInt(now - ffcount) * period
    const from = isFirst ? line : bigOf(this.#monotoneAt(now, new Bintime()))
    const words = this.#words
    setWide(words, WORDS.count, now)
    setTime(words, WORDS.time, line)
    setFraction(words, WORDS.period, period)
    setTime(words, WORDS.rampTime, from)
    this.#setRamp(line - from, period)
    setWide(words, WORDS.errorNs, Math.ceil(errorNs))
    return this.#ring.publish(this.seat, base, words)
  }

  /** UTC by the latest estimate; it may jump back when there is a new one. */
  absolute(to: Bintime): Bintime {
    this.#take()
    return this.#lineAt(this.counter.ffcount(), to)
  }

  /** UTC that never goes back in a thread. */
  monotone(to: Bintime): Bintime {
    this.#take()
    const time = this.#monotoneAt(this.counter.ffcount(), to)
    if (time.compare(this.#latest) < 0) return time.set(this.#latest)
    this.#latest.set(time)
    return time
  }

  /** How long `counts` counts are: for intervals, which no jump of UTC disturbs. */
  difference(counts: number, to: Bintime): Bintime {
    this.#take()
    to.sec = to.high = to.low = 0
    return this.#addCounts(to, counts, WORDS.period)
  }

  /** The estimator's bound on the error of its latest estimate, in ns. */
  errorNs(): number {
    this.#take()
    return wide(this.#words, WORDS.errorNs)
  }

  #take(): number {
    if (this.#ring.version() === 0) return 0
    return this.#ring.copy(this.#words)
  }

  #lineAt(count: number, to: Bintime): Bintime {
    timeOf(this.#words, WORDS.time, to)
    const delta = count - wide(this.#words, WORDS.count)
    return this.#addCounts(to, Math.max(0, delta), WORDS.period)
  }

  #monotoneAt(count: number, to: Bintime): Bintime {
    const words = this.#words
    const delta = Math.max(0, count - wide(words, WORDS.count))
    if (delta >= wide(words, WORDS.rampCounts)) return this.#lineAt(count, to)
    return this.#addCounts(timeOf(words, WORDS.rampTime, to), delta, WORDS.rampPeriod)
  }

  #addCounts(to: Bintime, counts: number, period: number): Bintime {
    const high = this.#words[period]! >>> 0
    return to.addScaled(counts, high, this.#words[period + 1]! >>> 0)
  }

  /** A ramp that closes `gap` (2^-64 s) in a second, or in as long as 5000 ppm takes. */
  #setRamp(gap: bigint, period: bigint): void {
    const gapS = Number(gap) / 2 ** 64
    const periodS = Number(period) / 2 ** 64
    const lengthS = gap === 0n ? 0 : Math.max(1, Math.abs(gapS) / STEEPEST)
    const counts = Math.min(2 ** 52, Math.ceil(lengthS / periodS))
    setWide(this.#words, WORDS.rampCounts, counts)
    const ramp = counts === 0 ? period : period + gap / BigInt(counts)
    setFraction(this.#words, WORDS.rampPeriod, ramp)
  }
}

function timeOf(words: Int32Array, at: number, to: Bintime): Bintime {
  to.sec = wide(words, at)
  to.high = words[at + 2]! >>> 0
  to.low = words[at + 3]! >>> 0
  return to
}

function setTime(words: Int32Array, at: number, time: bigint): void {
  setWide(words, at, Number(time >> 64n))
  setFraction(words, at + 2, time & (ONE - 1n))
}

function setFraction(words: Int32Array, at: number, fraction: bigint): void {
  words[at] = Number((fraction >> 32n) & 0xffffffffn)
  words[at + 1] = Number(fraction & 0xffffffffn)
}

function bigOf({ sec, high, low }: Bintime): bigint {
  return (BigInt(sec) << 64n) + (BigInt(high) << 32n) + BigInt(low)
}
