import { BUSY, type Executive, type Step } from '../cpu.ts'
import { Handlers } from '../handlers.ts'
import { type SimEvent, EventHeap } from './event-heap.ts'

/** A CPU is not idle. */
const NOT_IDLE = -1

/** One simulated CPU as the machine sees it: what it runs, and what will happen to it. */
export class Core {
  /** Alarms and device interrupts to come. */
  readonly events = new EventHeap()
  /** Set once it has booted. */
  executive: Executive | undefined
  /** What the executive said last. */
  step: Step = BUSY
  /** An interrupt that has been taken notice of, and whose handler is next. */
  entered: SimEvent | undefined
  /** When it is to look at its mailbox and its vectors, in cycles; Infinity when nobody called. */
  bellAt = Number.POSITIVE_INFINITY
  /** Whether an interrupt tells it: none does when it watched its words. */
  bellInterrupts = false
  /** Whether it has been told, and looks next. */
  looks = false
  /** Vectors that it has taken from its word, a bit each, and whose handlers are next. */
  raised = 0
  /** The next timer interrupt, if it is not idle then. */
  tickAt = Number.POSITIVE_INFINITY
  idleCycles = 0
  readonly handlers: Handlers
  #idleSince = NOT_IDLE
  #sleepsAt = 0

  constructor(
    readonly id: number,
    readonly tickCycles: number,
  ) {
    this.handlers = new Handlers(id)
  }

  get isIdle(): boolean {
    return this.#idleSince !== NOT_IDLE
  }

  /** When something happens to it by itself, in cycles. An idle CPU is spared its ticks. */
  nextEvent(): number {
    const event = Math.min(this.bellAt, this.events.firstAt)
    return this.isIdle ? event : Math.min(event, this.tickAt)
  }

  /** Falls idle at cycle `now`, and watches its words for so many cycles. */
  fallIdle(now: number, spinCycles: number): void {
    this.#idleSince = now
    this.#sleepsAt = now + spinCycles
  }

  /** Ends idleness at cycle `now`, and says how many cycles it lasted. */
  leaveIdle(now: number): number {
    const cycles = now - this.#idleSince
    this.#idleSince = NOT_IDLE
    this.idleCycles += cycles
    return cycles
  }

  /** How long it would have been idle until `now`, besides what is counted already. */
  idleUntil(now: number): number {
    return this.isIdle ? Math.max(0, now - this.#idleSince) : 0
  }

  /** Whether it has been idle at `now` for so long that it no longer watches them awake. */
  isAsleep(now: number): boolean {
    return this.isIdle && now > this.#sleepsAt
  }

  /** Sets the next tick behind `now`; those that were due before it are not made up for. */
  skipTicks(now: number): void {
    if (this.tickAt > now) return
    const missed = Math.floor((now - this.tickAt) / this.tickCycles)
    this.tickAt += (missed + 1) * this.tickCycles
  }
}
