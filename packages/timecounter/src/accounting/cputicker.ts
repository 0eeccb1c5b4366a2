import { came } from '@smpnet/memory'
import type { Bintime } from '../arithmetic/bintime.ts'
import { bintimeToNs } from '../arithmetic/timespec.ts'
import { type Counter, counterDelta, largestDelta, LEAST_FREQUENCY } from '../counters/counter.ts'
import { BadCounter } from '../errors.ts'

/** Between two calibrations, in seconds: closer ones wait, later ones only begin afresh. */
const LEAST_CALIBRATION_S = 16
const MOST_CALIBRATION_S = 20

/**
 * What a CPU counts its threads' time in: FreeBSD's cpu_ticks. Ticks are whatever is cheapest to
 * read, the TSC or, without one, the timecounter; they become time only when somebody asks, so a
 * context switch pays for one read and no multiplication. One object per CPU.
 */
export class CpuTicker {
  #ticks = 0
  #last: number
  #frequency: number
  #refused = 0
  #startTicks = 0
  #startNs = -1

  /**
   * Ticks of `counter`, which must be read at least once per wrap. Where its rate varies, with the
   * clock rate of the core, `isVariable` says so: then its frequency is only a first guess.
   */
  constructor(
    readonly counter: Counter,
    readonly isVariable = false,
  ) {
    if (!(counter.frequency >= LEAST_FREQUENCY)) {
      const least = `expected at least ${LEAST_FREQUENCY} Hz`
      throw new BadCounter(`cputicker frequency: ${least}, came ${came(counter.frequency)}`)
    }
    this.#last = counter.read()
    this.#frequency = counter.frequency
  }

  /** Ticks since the object was made, the counter's wraps included: tc_cpu_ticks. */
  ticks(): number {
    const { mask } = this.counter
    const now = this.counter.read()
    const delta = counterDelta(mask, now, this.#last)
    if (delta > largestDelta(mask)) {
      this.#refused++
      return this.#ticks
    }
    this.#last = now
    return (this.#ticks += delta)
  }

  /** Reads at which the counter had gone backwards; they counted no ticks. */
  refused(): number {
    return this.#refused
  }

  /** Ticks per second: as given, or the highest that calibration has seen. */
  rate(): number {
    return this.#frequency
  }

  /** cputick2usec: ticks in µs at the rate as it is known now, rounded down. */
  toUs(ticks: number): number {
    return Math.floor(this.toNs(ticks) / 1000)
  }

  /** The same in ns. Seconds apart from the rest, so that years of ticks keep their precision. */
  toNs(ticks: number): number {
    const seconds = Math.floor(ticks / this.#frequency)
    const rest = ticks - seconds * this.#frequency
    return seconds * 1e9 + Math.floor((rest * 1e9) / this.#frequency)
  }

  /**
   * Compares with the clock: cpu_tick_calibrate, to be called about once a second. After 16 to 20
   * seconds the rate seen is taken if it is above the one known, since a core that idles or
   * throttles counts slower and not faster. True when the rate was changed.
   */
  calibrate(uptime: Bintime): boolean {
    if (!this.isVariable) return false
    const nowNs = bintimeToNs(uptime)
    const passedS = (nowNs - this.#startNs) / 1e9
    if (this.#startNs >= 0 && passedS < LEAST_CALIBRATION_S) return false
    const ticks = this.ticks()
    const seen = Math.floor((ticks - this.#startTicks) / passedS)
    const isUsable = this.#startNs >= 0 && passedS <= MOST_CALIBRATION_S
    this.#startNs = nowNs
    this.#startTicks = ticks
    if (!isUsable || seen <= this.#frequency) return false
    this.#frequency = seen
    return true
  }
}
