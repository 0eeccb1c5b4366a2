import { type Address, type Memory, work } from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import { bintimeToNs } from '../arithmetic/timespec.ts'
import type { Counter } from '../counters/counter.ts'
import { leapSecond } from '../discipline/leap.ts'
import { Ntp } from '../discipline/ntp.ts'
import { type GenerationRing, MOST_SEATS } from '../timehands/generation-ring.ts'
import {
  boottimeOf,
  HANDS,
  HANDS_WORDS,
  offsetOf,
  setBoottime,
  setOffset,
} from '../timehands/hands.ts'
import { setWide, wide } from '../timehands/hands.ts'
import { judgeDelta, type Verdict } from './judge-delta.ts'
import { setScale } from '../timehands/scale.ts'
import { BLOCK, openRing, type TimehandsHandle } from '../timehands/timehands-block.ts'

/** How a windup ended. */
export type WindupResult = 'done' | 'raced' | 'refused'

export interface WindupOptions {
  /** A second counter that wraps much later than those in use; see `judgeDelta`. */
  readonly watch?: Counter
  /** Whether to measure the longest time between two publications, by a second reading. */
  readonly isMeasuring?: boolean
  /** Is told, in a sentence, of each reading that was refused and of each wrap that was lost. */
  readonly onProblem?: (sentence: string) => void
}

const WINDUP = work('windup')
/** After so many seconds at once only the last two are handled, as FreeBSD's LARGE_STEP says. */
const LARGE_STEP = 200
/** Tries to publish a change; each that fails means that another writer has published. */
const MOST_TRIES = 64
const FFCOUNT_RANGE = 2 ** 53

/**
 * A writer of timehands: FreeBSD's tc_windup, to be called at every tick by one thread, and the
 * changes that settimeofday, adjtime and ntp_adjtime make, from any thread. Each writer has an
 * object of its own; those of several threads need no lock, because the ring has a seat for each.
 * A ninth writer shares the first writer's seat, so eight that are in use is the limit.
 *
 * A windup copies the published record, brings the copy's time up to the counter, and publishes it
 * in place of the record that it came from. When another writer has published meanwhile, `tick`
 * leaves it at that, since time is up to date then; `change` begins anew with the other's record,
 * so that no change is lost. Both are plain code that never waits.
 */
export class Windup {
  /** The record being worked on. Changes see it after time has been brought up to now. */
  readonly words = new Int32Array(HANDS_WORDS)
  readonly ntp = new Ntp(this.words, HANDS.discipline)
  readonly #ring: GenerationRing
  readonly #seat: number
  readonly #counts: Address
  readonly #offset = new Bintime()
  readonly #utc = new Bintime()
  readonly #boottime = new Bintime()
  /** When the record was published that this writer works from, as of its windup. */
  #baseNs = 0
  #longestNs = 0
  #published = 0

  /** Takes a seat. Throws ClockPageMismatch. */
  constructor(
    readonly memory: Memory,
    handle: TimehandsHandle,
    readonly counters: readonly Counter[],
    readonly options: WindupOptions = {},
  ) {
    this.#ring = openRing(memory, handle)
    this.#counts = handle.at
    this.#seat = memory.add(handle.at + BLOCK.offset.writers, 1) % MOST_SEATS
  }

  /** Brings time up to now. `raced`: another writer did; `refused`: the counter is not believed. */
  tick(): WindupResult {
    this.memory.charge(WINDUP, 1)
    const base = this.#ring.copy(this.words)
    if (!this.#advance()) return 'refused'
    if (this.#publish(base)) return 'done'
    this.#count('raced', 1)
    return 'raced'
  }

  /** Brings time up to now, changes the record and publishes it. False when time was refused. */
  change(by: (words: Int32Array) => void): boolean {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const base = this.#ring.copy(this.words)
      if (!this.#advance()) return false
      by(this.words)
      if (this.#publish(base)) return true
    }
    return false
  }

  /** Counts something in the page's statistics. */
  count(what: 'steps'): void {
    this.#count(what, 1)
  }

  /** Uptime of the record being worked on. */
  uptime(to: Bintime): Bintime {
    return offsetOf(this.words, to)
  }

  /** What this writer published last. */
  published(): number {
    return this.#published
  }

  #advance(): boolean {
    const { words } = this
    const counter = this.counters[words[HANDS.counter]!]!
    const count = counter.read()
    const verdict = this.#judge(counter, count)
    if (verdict.delta < 0) return this.#refuse(counter, count)
    if (verdict.lostWraps > 0) this.#reportWraps(counter, verdict.lostWraps)
    setWide(words, HANDS.offsetCount, count)
    setWide(words, HANDS.ffcount, (wide(words, HANDS.ffcount) + verdict.delta) % FFCOUNT_RANGE)
    const high = words[HANDS.scale]! >>> 0
    const low = words[HANDS.scale + 1]! >>> 0
    this.#baseNs = bintimeToNs(offsetOf(words, this.#offset))
    setOffset(words, this.#offset.addScaled(verdict.delta, high, low))
    words[HANDS.windups] = words[HANDS.windups]! + 1
    if (this.#longestNs > wide(words, HANDS.longestNs)) {
      setWide(words, HANDS.longestNs, this.#longestNs)
    }
    this.#seconds(counter)
    return true
  }

  #judge(counter: Counter, count: number): Verdict {
    const { words } = this
    const { watch } = this.options
    const before = wide(words, HANDS.offsetCount)
    if (watch === undefined) return judgeDelta(counter, count, before)
    const seen = { counter: watch, count: watch.read(), before: wide(words, HANDS.watchCount) }
    setWide(words, HANDS.watchCount, seen.count)
    return judgeDelta(counter, count, before, seen)
  }

  /** What happens at the start of each second of UTC: leap seconds, and the next adjustment. */
  #seconds(counter: Counter): void {
    const { words, ntp } = this
    const boottime = boottimeOf(words, this.#boottime)
    const utc = this.#utc.set(this.#offset).add(boottime)
    const last = wide(words, HANDS.second)
    const isLong = utc.sec - last > LARGE_STEP
    const adjustment = ntp.getWide('adjustment')
    for (let second = isLong ? utc.sec - 1 : last + 1; second <= utc.sec; second++) {
      const leap = leapSecond(ntp, second)
      boottime.sec += leap
      utc.sec += leap
      ntp.second()
    }
    setBoottime(words, boottime)
    setWide(words, HANDS.second, utc.sec)
    const now = ntp.getWide('adjustment')
    if (now !== adjustment) setScale(words, counter.frequency, now)
  }

  #publish(base: number): boolean {
    if (!this.#ring.publish(this.#seat, base, this.words)) return false
    this.#published = this.#ring.version()
    if (this.options.isMeasuring === true) this.#measure()
    return true
  }

  /** How long the record before this one was the published one, from its time until now. */
  #measure(): void {
    const counter = this.counters[this.words[HANDS.counter]!]!
    const late = judgeDelta(counter, counter.read(), wide(this.words, HANDS.offsetCount)).delta
    const lateNs = (Math.max(0, late) / counter.frequency) * 1e9
    const nowNs = bintimeToNs(this.#offset) + lateNs
    this.#longestNs = Math.max(this.#longestNs, Math.ceil(nowNs - this.#baseNs))
  }

  #refuse(counter: Counter, count: number): boolean {
    this.#count('backwards', 1)
    const before = wide(this.words, HANDS.offsetCount)
    this.options.onProblem?.(
      `${counter.name}: expected a count at or after ${before}, came ${count}; time stands still`,
    )
    return false
  }

  #reportWraps(counter: Counter, wraps: number): void {
    this.#count('lostWraps', wraps)
    this.options.onProblem?.(
      `${counter.name}: expected a windup within each wrap, came one after ${wraps} more`,
    )
  }

  #count(what: 'backwards' | 'lostWraps' | 'raced' | 'steps', by: number): void {
    this.memory.add(this.#counts + BLOCK.offset[what], by)
  }
}
