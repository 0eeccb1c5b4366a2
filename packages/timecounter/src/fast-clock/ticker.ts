import type { Memory } from '@smpnet/memory'
import { type Counter, counterDelta } from '../counters/counter.ts'
import { checkHz } from '../errors.ts'
import type { GenerationRing } from '../timehands/generation-ring.ts'
import { openRing, type TimehandsHandle } from '../timehands/timehands-block.ts'
import { Windup } from '../windup/windup.ts'

/** Ticks that a clock may miss before a thread that stands by takes it over. */
export const PATIENCE_TICKS = 50

export interface TickerOptions {
  /** Whether this ticker begins as the writer; else it stands by. */
  readonly isFirst: boolean
  /** Ticks without a publication after which this ticker takes over; 50 unless told. */
  readonly patienceTicks?: number
  readonly onProblem?: (sentence: string) => void
}

/**
 * Keeps a clock page ticking, or stands by to do so. The thread that published last is the writer;
 * it holds no lock, so a thread that dies as the writer leaves none held.
 *
 *     standing by ──page still for `patience`: publish── ok ──> writer ──another published──┐
 *          ^  └── lost the race <──────────────────────┘                                    │
 *          └────────────────────────────────────────────────────────────────────────────────┘
 *
 * Two threads that see the writer die both publish, and the ring lets one of them through. A writer
 * that was only slow finds that another thread has published, and stands by.
 *
 * `turn` is plain code that never waits. The loop that calls it, an event loop or a worker's own,
 * sleeps for as long as `turn` says.
 */
export class Ticker {
  readonly #ring: GenerationRing
  readonly #periodNs: number
  readonly #patienceNs: number
  #windup: Windup | undefined
  #dueNs = 0
  #seen = 0
  #seenCount = 0
  #takenOver = 0

  /** Throws BadHz, and ClockPageMismatch for a page that is none. */
  constructor(
    readonly memory: Memory,
    readonly handle: TimehandsHandle,
    readonly counter: Counter,
    readonly hz: number,
    readonly options: TickerOptions,
  ) {
    checkHz(hz)
    this.#ring = openRing(memory, handle)
    this.#periodNs = 1e9 / hz
    this.#patienceNs = this.#periodNs * (options.patienceTicks ?? PATIENCE_TICKS)
    this.#seenCount = counter.read()
    if (options.isFirst) this.#becomeWriter()
  }

  /** Does what is due now, and says in how many ms to call it again. */
  turn(): number {
    return this.#windup === undefined ? this.#standBy() : this.#tick(this.#windup)
  }

  isWriter(): boolean {
    return this.#windup !== undefined
  }

  /** How often this ticker took the page over. */
  takenOver(): number {
    return this.#takenOver
  }

  #tick(windup: Windup): number {
    const published = windup.published()
    const isMine = published === 0 || this.#ring.version() === published
    if (!isMine || windup.tick() === 'raced') return this.#stepDown()
    return this.#untilDue()
  }

  /** Ticks keep their distance, and those that were missed are not made up for. */
  #untilDue(): number {
    const nowNs = this.#nowNs()
    this.#dueNs += this.#periodNs
    if (this.#dueNs <= nowNs) this.#dueNs = nowNs + this.#periodNs
    return (this.#dueNs - nowNs) / 1e6
  }

  #standBy(): number {
    const version = this.#ring.version()
    const count = this.counter.read()
    if (version !== this.#seen) {
      this.#seen = version
      this.#seenCount = count
    }
    const { mask, frequency } = this.counter
    const stillNs = (counterDelta(mask, count, this.#seenCount) / frequency) * 1e9
    if (stillNs < this.#patienceNs) return (this.#patienceNs - stillNs) / 1e6
    const windup = this.#becomeWriter()
    if (windup.tick() !== 'done') return this.#stepDown()
    this.#takenOver++
    return this.#untilDue()
  }

  #becomeWriter(): Windup {
    const { onProblem } = this.options
    const options = { isMeasuring: true, ...(onProblem && { onProblem }) }
    this.#windup = new Windup(this.memory, this.handle, [this.counter], options)
    this.#dueNs = this.#nowNs()
    return this.#windup
  }

  #stepDown(): number {
    this.#windup = undefined
    this.#seen = this.#ring.version()
    this.#seenCount = this.counter.read()
    return this.#patienceNs / 1e6
  }

  #nowNs(): number {
    return (this.counter.read() / this.counter.frequency) * 1e9
  }
}
