import {
  type Address,
  Arena,
  came,
  expectHandle,
  expectOptions,
  type HandleKind,
  layout,
  LiveMemory,
  word,
} from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import { bintimeToNs, nsToBintime } from '../arithmetic/timespec.ts'
import { checkCounter, type Counter, counterDelta, largestDelta } from '../counters/counter.ts'
import { BadTime, checkHz } from '../errors.ts'
import type { GenerationRing } from '../timehands/generation-ring.ts'
import {
  boottimeOf,
  HANDS,
  HANDS_WORDS,
  offsetOf,
  READER_WORDS,
  wide,
} from '../timehands/hands.ts'
import {
  openRing,
  placeTimehands,
  TIMEHANDS_BYTES,
  type TimehandsHandle,
  timehandsStatistics,
} from '../timehands/timehands-block.ts'
import { type CounterName, expectSameCounter } from './same-counter.ts'
import { Ticker, type TickerOptions } from './ticker.ts'

const PAGE = layout('clock page', {
  /** (x) Not 0 when all threads that tick, or stand by, shall end. */
  stopped: word('x', 'page'),
})

/** What another thread needs to read the clock; post it, or pass it as `workerData`. */
export interface FastClockHandle {
  readonly buffer: SharedArrayBuffer
  readonly at: Address
  readonly timehands: TimehandsHandle
  readonly hz: number
  /** The counter that the clock was made with. */
  readonly counter?: CounterName
}

const HANDLE: HandleKind = {
  of: 'a clock',
  fields: {
    buffer: 'buffer',
    at: 'address',
    timehands: { of: 'timehands', fields: { at: 'any' } },
    hz: 'count',
    'counter?': { of: 'a counter', fields: { name: 'text', mask: 'any', frequency: 'any' } },
  },
}

export interface FastClockOptions {
  /** Ticks per second: how old the time may be. 1000 unless told. */
  readonly hz?: number
  /** UTC now in ms, such as `Date.now()`; else `dateMs` counts from 0. */
  readonly utcMs?: number
  /** False when a worker will tick by `run`; true unless told: this thread's event loop ticks. */
  readonly ticks?: boolean
}

export interface FastClockStatistics {
  readonly ticks: number
  /** Times that a thread became the writer, the first time included. */
  readonly writers: number
  /** The longest that one published time stood, in ns: no reading was further behind. */
  readonly longestNs: number
  /** Ticks that were refused since the counter had gone backwards. */
  readonly backwards: number
}

/**
 * A clock in shared memory: one thread ticks, any number read, at the price of one atomic load.
 *
 * What `now` gives was the exact time at the last tick. It is never ahead of the counter, never
 * goes back in a thread, and is behind by at most the time between two ticks, 1/hz and as much as
 * the ticking thread was late; the page records the longest of those. This is FreeBSD's
 * CLOCK_MONOTONIC_FAST, and what holds there holds here: times of `now` and of `precise` must not
 * be compared with each other, since the former is older.
 *
 * The page has no lock: the timehands are a ring that a writer publishes whole, and the thread that
 * published last is the writer (see `Ticker`). An object belongs to one thread and keeps that
 * thread's copy of the record, which it takes anew when the ring's version has changed. Readings
 * are plain code that takes no lock; of all functions only `run` blocks.
 */
export class FastClock {
  readonly #memory: LiveMemory
  readonly #ring: GenerationRing
  readonly #current: Address
  /** What `precise` uses each time, fetched once: its words, the current version's, the read. */
  readonly #shared: Int32Array<SharedArrayBuffer>
  readonly #currentWord: number
  readonly #read: () => number
  readonly #words = new Int32Array(READER_WORDS)
  readonly #time = new Bintime()
  #version = 0
  #nowNs = 0
  #dateMs = 0
  #offsetCount = 0
  #nsPerCount = 0
  #latestNs = 0
  #interval: ReturnType<typeof setInterval> | undefined

  /** Opens the clock of a handle. Throws ClockPageMismatch for a page of another version. */
  private constructor(
    /** What other threads open the same clock by. */
    readonly handle: FastClockHandle,
    readonly counter: Counter,
  ) {
    this.#memory = new LiveMemory(handle.buffer)
    this.#ring = openRing(this.#memory, handle.timehands)
    this.#current = this.#ring.at
    this.#shared = this.#memory.words
    this.#currentWord = this.#current >> 2
    this.#read = () => counter.read()
  }

  /** Makes a clock that counts from 0, and ticks it. Throws BadHz, BadCounter, BadTime. */
  static start(counter: Counter, options: FastClockOptions = {}): FastClock {
    expectOptions('a clock', options)
    const { hz = 1000, utcMs = 0, ticks = true } = options
    checkCounter(counter)
    checkHz(hz)
    if (!Number.isFinite(utcMs)) {
      throw new BadTime(`utcMs: expected ms since 1970, came ${came(utcMs)}`)
    }
    const memory = LiveMemory.create(PAGE_BYTES)
    const arena = Arena.create(memory)
    const at = arena.place('clock page', PAGE.size)
    const utc = new Bintime(Math.floor(utcMs / 1000))
    utc.add(nsToBintime(Math.round((utcMs - utc.sec * 1000) * 1e6), new Bintime()))
    const timehands = placeTimehands(arena, [counter], { utc })
    const { name, mask, frequency } = counter
    const named = { name, mask, frequency }
    const handle = { buffer: memory.buffer, at, timehands, hz, counter: named }
    const clock = new FastClock(handle, counter)
    if (ticks) clock.tick()
    return clock
  }

  /**
   * Opens, in another thread, the clock that `start` made. `counter` is that thread's own way to
   * read the same counter; it is used by `precise`, and to tick. Throws BadHandle for what is no
   * handle of a clock, ClockPageMismatch for one of another version, BadCounter, and
   * CounterMismatch when this thread's counter is not the one by which the page ticks.
   */
  static attach(handle: FastClockHandle, counter: Counter): FastClock {
    expectHandle(HANDLE, handle)
    checkCounter(counter)
    checkHz(handle.hz)
    const clock = new FastClock(handle, counter)
    expectSameCounter(clock.#ring, handle.counter, counter, handle.hz)
    return clock
  }

  /** Nanoseconds since the clock was made, as of the last tick. */
  now(): number {
    if (this.#memory.load(this.#current) !== this.#version) this.#follow()
    return this.#nowNs
  }

  /** Milliseconds since 1970, as of the last tick, with a fraction: a cheap `Date.now`. */
  dateMs(): number {
    if (this.#memory.load(this.#current) !== this.#version) this.#follow()
    return this.#dateMs
  }

  /**
   * Nanoseconds since the clock was made, by reading the counter. Never back in a thread. The rare
   * case leaves its result in a field, as the usual one does: were it returned, compiled code would
   * have to make an object of every result, 4 ns here, so that both are of one kind.
   */
  precise(): number {
    const count = this.#read()
    // The counter's read is a call, so this plain load is made after it, and once each time.
    if (this.#shared[this.#currentWord] !== this.#version) this.#preciseAfresh()
    else {
      const delta = count - this.#offsetCount
      const ns = this.#nowNs + delta * this.#nsPerCount
      if (delta < 0) this.#preciseAfresh()
      else if (ns > this.#latestNs) this.#latestNs = ns
    }
    return this.#latestNs
  }

  /** How old the published time is now, in ns: large when no thread ticks. */
  ageNs(): number {
    return this.precise() - this.now()
  }

  /** Ticks on this thread's event loop, or, when another thread does, stands by to do so. */
  standBy(options: Partial<TickerOptions> = {}): void {
    const { handle } = this
    const ticker = this.ticker({ isFirst: false, ...options })
    this.stop()
    this.#interval = setInterval(() => {
      if (this.#memory.load(handle.at + PAGE.offset.stopped) !== 0) this.stop()
      else ticker.turn()
    }, 1000 / handle.hz)
    if (typeof this.#interval === 'object') this.#interval.unref?.()
  }

  /** Ticks on this thread's event loop from now on. It does not keep the program running. */
  tick(): void {
    this.standBy({ isFirst: true })
  }

  /** Ends what `tick` or `standBy` began on this thread. The clock can still be read. */
  stop(): void {
    clearInterval(this.#interval)
    this.#interval = undefined
  }

  /**
   * Ticks, or stands by, in a worker of its own, which this call blocks until `stopAll`: more even
   * than an event loop. Throws a TypeError where a thread may not block, as on a page's main one.
   */
  run(options: Partial<TickerOptions> = {}): void {
    const stopped = (this.handle.at + PAGE.offset.stopped) >> 2
    const ticker = this.ticker({ isFirst: false, ...options })
    while (Atomics.wait(this.#memory.words, stopped, 0, ticker.turn()) === 'timed-out');
  }

  /** Ends all threads that tick this clock or stand by. The page keeps its last time. */
  stopAll(): void {
    this.#memory.store(this.handle.at + PAGE.offset.stopped, 1)
    Atomics.notify(this.#memory.words, (this.handle.at + PAGE.offset.stopped) >> 2)
    this.stop()
  }

  /** For a thread with a loop of its own: calls of its `turn` keep the clock ticking. */
  ticker(options: TickerOptions): Ticker {
    const { counter, handle } = this
    expectOptions('a ticker', options ?? null)
    return new Ticker(this.#memory, handle.timehands, counter, handle.hz, options)
  }

  statistics(): FastClockStatistics {
    const words = new Int32Array(HANDS_WORDS)
    this.#ring.copy(words)
    const { backwards, writers } = timehandsStatistics(this.#memory, this.handle.timehands)
    return {
      backwards,
      writers,
      ticks: words[HANDS.windups]!,
      longestNs: wide(words, HANDS.longestNs),
    }
  }

  #follow(): void {
    const words = this.#words
    this.#version = this.#ring.copy(words)
    this.#offsetCount = wide(words, HANDS.offsetCount)
    const scale = (words[HANDS.scale]! >>> 0) + (words[HANDS.scale + 1]! >>> 0) / 2 ** 32
    this.#nsPerCount = (scale / 2 ** 32) * 1e9
    this.#nowNs = bintimeToNs(offsetOf(words, this.#time))
    const boottime = boottimeOf(words, this.#time)
    const bootFractionMs = (boottime.high / 2 ** 32) * 1000
    this.#dateMs = boottime.sec * 1000 + bootFractionMs + this.#nowNs / 1e6
  }

  /** The rare case: a tick fell into the reading, or the counter has wrapped or gone back. */
  #preciseAfresh(): void {
    this.#follow()
    const { mask } = this.counter
    const delta = counterDelta(mask, this.counter.read(), this.#offsetCount)
    const ns = this.#nowNs + (delta > largestDelta(mask) ? 0 : delta * this.#nsPerCount)
    this.#latestNs = Math.max(this.#latestNs, ns)
  }
}

/** The root's line, the page's, and the timehands. */
const PAGE_BYTES = 2 * 64 + TIMEHANDS_BYTES
