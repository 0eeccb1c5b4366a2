import { hostMs } from './host-clock.ts'

/** Turns of a loop over one atomic load; a turn takes 2 to 5 ns here. */
const FIRST_TURNS = 4_000
const MOST_TURNS = 10_000
/** Enough to be counted: what is left of the spin where it has not paid, which is no use there. */
const LEAST_TURNS = 4
/** Some 5 ms, more than the tick at which an operating system spreads threads over idle cores. */
const LONG_TURNS = 1_000_000
/** Turns of 5 ns in an eighth of a millisecond: what a wait may spin for each that it may last. */
const TURNS_PER_MS = 25_000
/** Sleeps before the first try in earnest where spinning does not pay; each try doubles them. */
const FIRST_PAUSE = 32
/** From this pause on, a patient budget tries for long; another stops doubling soon after. */
const LONG_PAUSE = 512
const MOST_PAUSE = 65_536
/** Hits in a row after which spinning pays again. */
const ENOUGH_HITS = 64
/** One short spin in so many is timed. */
const SPINS_PER_LOOK = 16
/** More than `MOST_TURNS` ever take a thread that has a core. */
const PREEMPTED_MS = 0.5
/** Timed spins in a row that were preempted, after which it is believed that both share a core. */
const ENOUGH_PREEMPTED = 2

/**
 * How long to spin before sleeping. Spinning saves the some 5 to 50 µs of a sleep and a wakeup when
 * the other side runs on another core and answers soon; it only steals time when both share a core.
 * So the bound doubles when spinning has paid and halves when it has not; where it never pays, it
 * is tried in earnest now and then, ever more seldom until it pays again.
 *
 * A short try is long enough for a peer that has to be woken for its answer. It cannot help when
 * the operating system has put both threads on one core though another is idle, which it likes to
 * do with threads that wake each other in turn, and keeps to as long as each soon sleeps. A patient
 * budget therefore also tries for longer than a tick: then the scheduler sees two threads that want
 * to run.
 *
 * Where both share a core, and the other side always has something to do, a spin ends as if it had
 * paid: the spinner is preempted, what it waits for is done meanwhile, and few turns later it sees
 * that; but a slice of milliseconds was lost. So spins are timed now and then, and those that took
 * far longer than their turns can are no hits.
 */
export class SpinBudget {
  #turns = FIRST_TURNS
  #pause = FIRST_PAUSE
  #sleeps = 0
  #hits = 0
  #isTrying = false
  /** Turns of a try that something else has interrupted. */
  #left = 0
  #untilLook = SPINS_PER_LOOK
  /** When this spin began, if it is timed; or -1. */
  #beganMs = -1
  #preempted = 0

  /**
   * `patient`: whether long tries are allowed, because no other work waits for this thread. `now`
   * is a clock of ms.
   */
  constructor(
    readonly patient = false,
    readonly now: () => number = hostMs,
  ) {}

  /**
   * How many turns to spin this time; `hit` or `miss` then says how it ended. A waiter
   * with `withinMs` left spins for an eighth of that at most, and tries nothing.
   */
  turns(withinMs = Number.POSITIVE_INFINITY): number {
    if (this.#left > 0) return this.#resume()
    if (--this.#untilLook === 0) this.#beganMs = this.now()
    const most = Math.floor(withinMs * TURNS_PER_MS)
    if (most < LONG_TURNS) return Math.min(this.#turns, most)
    if (this.#turns > LEAST_TURNS || this.#sleeps < this.#pause) return this.#turns
    return this.#try()
  }

  /** What was waited for came while spinning. */
  hit(): void {
    if (this.#untilLook <= 0 && this.#sharesCore()) return this.#giveUp()
    const least = this.#isTrying ? MOST_TURNS : FIRST_TURNS
    this.#turns = Math.min(MOST_TURNS, Math.max(least, this.#turns * 2))
    this.#isTrying = false
    this.#sleeps = 0
    if (++this.#hits >= ENOUGH_HITS) this.#pause = FIRST_PAUSE
  }

  /** It did not, and the waiter had to sleep. */
  miss(): void {
    if (this.#untilLook <= 0) this.#untilLook = SPINS_PER_LOOK
    this.#turns = Math.max(LEAST_TURNS, this.#turns >> 1)
    this.#isTrying = false
    this.#sleeps++
    this.#hits = 0
  }

  /** Other work came with `left` turns to go, which says nothing: the next spin goes on there. */
  interrupt(left: number): void {
    this.#left = left
    if (this.#untilLook <= 0) this.#untilLook = SPINS_PER_LOOK
  }

  /** At the end of a spin that is timed. What follows one that was preempted is timed, too. */
  #sharesCore(): boolean {
    const wasPreempted = !this.#isTrying && this.now() - this.#beganMs > PREEMPTED_MS
    this.#preempted = wasPreempted ? this.#preempted + 1 : 0
    this.#untilLook = wasPreempted ? 1 : SPINS_PER_LOOK
    return this.#preempted >= ENOUGH_PREEMPTED
  }

  /** Spins no more, until a try in earnest. */
  #giveUp(): void {
    this.#turns = LEAST_TURNS
    this.#isTrying = false
    this.#preempted = 0
    this.#sleeps = 0
    this.#hits = 0
  }

  #resume(): number {
    const left = this.#left
    this.#left = 0
    return left
  }

  /** A single hit proves little: on one core, the peer may have had its turn by preemption. */
  #try(): number {
    const turns = this.patient && this.#pause >= LONG_PAUSE ? LONG_TURNS : MOST_TURNS
    this.#pause = Math.min(this.patient ? MOST_PAUSE : 2 * LONG_PAUSE, this.#pause * 2)
    this.#sleeps = 0
    this.#isTrying = true
    return turns
  }
}
