import type { Interrupt } from '@smpnet/memory'
import { checkHz } from '../errors.ts'
import type { AlarmSource, EventTimer } from './event-timer.ts'

export interface CpuClockOptions {
  readonly timer: EventTimer
  readonly source: Pick<AlarmSource, 'nowNs'>
  /** hardclock ticks per second. */
  readonly hz: number
  /** statclock ticks per second; none unless told. FreeBSD has 127. */
  readonly statHz?: number
  /** The sysctl `kern.eventtimer.periodic`: fixed interrupts, or each one set for what is next. */
  readonly isPeriodic?: boolean
  /** The sysctl `kern.eventtimer.singlemul`: interrupts per hardclock tick in periodic mode. */
  readonly multiplier?: number
  /** The sysctl `kern.eventtimer.idletick`: whether an idle CPU ticks. */
  readonly ticksWhenIdle?: boolean
  /** `count` ticks are due, more than one when interrupts came late or the CPU was idle. */
  readonly hardclock: (count: number) => void
  readonly statclock?: (count: number) => void
}

/**
 * The ticks of one CPU, made from one event timer: FreeBSD's kern_clocksource.c. In periodic mode
 * the timer rings at a fixed rate. In one-shot mode each interrupt sets the next one, for whatever
 * comes first: a tick, a statclock tick or a callout; an idle CPU then sleeps until it has to wake.
 * Ticks that fall due together are delivered together, with their count, and none is lost.
 */
export class CpuClock {
  readonly #options: Required<Omit<CpuClockOptions, 'statHz'>> & { readonly statHz: number }
  readonly #hardNs: number
  readonly #statNs: number
  #nextHardNs = 0
  #nextStatNs = 0
  /** The callouts' alarm, and when it is to ring. */
  #ring: ((irq: Interrupt) => void) | undefined
  #ringNs = Number.POSITIVE_INFINITY
  #isIdle = false
  #interrupts = 0

  /** Throws BadHz for rates that cannot be. */
  constructor(options: CpuClockOptions) {
    checkHz(options.hz)
    if (options.statHz !== undefined) checkHz(options.statHz)
    checkHz(options.multiplier ?? 1)
    const none = () => {}
    this.#options = {
      statHz: 0,
      isPeriodic: !options.timer.isOneShot,
      multiplier: 1,
      ticksWhenIdle: false,
      statclock: none,
      ...options,
    }
    this.#hardNs = 1e9 / options.hz
    this.#statNs = options.statHz === undefined ? Number.POSITIVE_INFINITY : 1e9 / options.statHz
  }

  /** Starts the timer. Throws BadTime when it cannot ring so often, or in this mode. */
  start(): void {
    const { isPeriodic, multiplier, source, timer } = this.#options
    const nowNs = source.nowNs()
    this.#nextHardNs = nowNs + this.#hardNs
    this.#nextStatNs = nowNs + this.#statNs
    const periodNs = this.#hardNs / multiplier
    if (isPeriodic) timer.start(periodNs, periodNs, (irq) => this.#interrupt(irq))
    else this.#setTimer(nowNs)
  }

  stop(): void {
    this.#options.timer.stop()
  }

  /**
   * The alarm of this CPU's callouts, made from the same timer: what a `CalloutHost` has as its
   * own. There is one, and the caller cancels it before it sets the next.
   */
  alarm(delayNs: number, ring: (irq: Interrupt) => void): { cancel(): void } {
    const nowNs = this.#options.source.nowNs()
    this.#ring = ring
    this.#ringNs = nowNs + delayNs
    if (!this.#options.isPeriodic) this.#setTimer(nowNs)
    return { cancel: () => this.#cancel(ring) }
  }

  /** The CPU has nothing to run: it is woken for callouts, and ticks only if told to. */
  idle(): void {
    this.#isIdle = true
    if (!this.#options.isPeriodic) this.#setTimer(this.#options.source.nowNs())
  }

  /** It has something to run again: the ticks that it slept through are delivered at once. */
  active(): void {
    if (!this.#isIdle) return
    this.#isIdle = false
    this.#deliver(this.#options.source.nowNs())
    if (!this.#options.isPeriodic) this.#setTimer(this.#options.source.nowNs())
  }

  /** Interrupts so far. */
  interrupts(): number {
    return this.#interrupts
  }

  #interrupt(irq: Interrupt): void {
    this.#interrupts++
    const nowNs = this.#options.source.nowNs()
    this.#deliver(nowNs)
    const ring = this.#ring
    if (ring !== undefined && this.#ringNs <= nowNs) {
      this.#cancel(ring)
      ring(irq)
    }
    if (!this.#options.isPeriodic) this.#setTimer(this.#options.source.nowNs())
  }

  #cancel(ring: (irq: Interrupt) => void): void {
    if (this.#ring !== ring) return
    this.#ring = undefined
    this.#ringNs = Number.POSITIVE_INFINITY
  }

  #deliver(nowNs: number): void {
    const hard = dueBy(nowNs, this.#nextHardNs, this.#hardNs)
    this.#nextHardNs += hard * this.#hardNs
    if (hard > 0) this.#options.hardclock(hard)
    if (this.#options.statHz === 0) return
    const stat = dueBy(nowNs, this.#nextStatNs, this.#statNs)
    this.#nextStatNs += stat * this.#statNs
    if (stat > 0) this.#options.statclock(stat)
  }

  #setTimer(nowNs: number): void {
    const { ticksWhenIdle, timer } = this.#options
    const isTicking = !this.#isIdle || ticksWhenIdle
    const tickNs = isTicking ? Math.min(this.#nextHardNs, this.#nextStatNs) : Infinity
    const inNs = Math.min(tickNs, this.#ringNs) - nowNs
    const boundedNs = Math.min(timer.mostNs, Math.max(timer.leastNs, inNs))
    timer.start(boundedNs, undefined, (irq) => this.#interrupt(irq))
  }
}

function dueBy(nowNs: number, nextNs: number, periodNs: number): number {
  // A nanosecond of tolerance: the timer's period in whole counts is not quite the tick's.
  return nowNs + 1 < nextNs ? 0 : Math.floor((nowNs + 1 - nextNs) / periodNs) + 1
}
