import { AHEAD, BUSY, IDLE } from '../cpu.ts'
import { VECTOR } from '../vectors.ts'
import type { Core } from './core.ts'
import { ALARM, IDLE_EXIT, INTERRUPT, IPI_HANDLE, SPIN_TURN, TICK } from './named-work.ts'
import type { SimPricer } from './sim-pricer.ts'
import type { SimStatistics } from './sim-statistics.ts'
import { executiveOf, type SimWaker } from './sim-waker.ts'
import type { Turns } from './turns.ts'

/** A CPU that looks at its vectors looks at its mail: there is nothing left to do for this one. */
const MAIL = 1 << VECTOR.mail

/**
 * What a CPU does with its turn, in this order: receive the line that it waited for, leave its
 * sleep, run the handler of an interrupt that it has entered, take notice of what is due, look at
 * its mailbox, and let its executive run.
 * As soon as one of these takes time, the turn is over, and the rest comes in the next: so each
 * begins settled.
 *
 * The mailbox is looked at when the CPU is called to it, at each tick, and where the executive gave
 * the CPU back of itself; not where it only waited for time to catch up: how often that happens
 * depends on how far others had run. Pending vectors are looked at when the CPU is called only: a
 * real one does not poll for its interrupts either.
 */
export class Dispatcher {
  readonly #pricer: SimPricer

  constructor(
    readonly turns: Turns,
    readonly waker: SimWaker,
    readonly statistics: SimStatistics,
  ) {
    this.#pricer = turns.pricer
  }

  /**
   * Gives `core`, whose turn begins at cycle `at`, its turn. That is over at once for one that
   * asked for a line, did something else meanwhile, and is only told now that it has come.
   */
  turn(core: Core, at: number): void {
    const { turns } = this
    this.statistics.turns++
    turns.give(core, at)
    turns.runAtOnce()
    this.#pricer.arrive(core.id, at)
    if (!core.isIdle && this.#now(core) > at) return turns.end(core, this.#now(core))
    if (core.isIdle) this.#leaveIdle(core, at)
    this.#answerEvents(core, at)
    if (this.#now(core) > at) turns.end(core, this.#now(core))
    else if (this.#hasWork(core)) this.#runExecutive(core)
    else this.#fallIdle(core)
  }

  /** Looks at the mailbox too, unless the executive only waits for time. */
  #hasWork(core: Core): boolean {
    if (core.step === AHEAD) return true
    return this.waker.deliver(core) || core.step !== IDLE
  }

  #runExecutive(core: Core): void {
    this.turns.run(core)
    core.step = executiveOf(core).run()
    if (core.step === AHEAD) this.statistics.settles++
    this.turns.end(core, this.#pricer.actsAt(core.id))
  }

  #fallIdle(core: Core): void {
    core.fallIdle(this.#now(core), this.#spinCycles(core))
    this.#pricer.shared.setIdle(core.id, true)
    this.turns.end(core, core.nextEvent())
  }

  #spinCycles(core: Core): number {
    const turns = executiveOf(core).idleTurns
    const { costs, prices } = this.#pricer
    return turns === undefined ? costs.idleSpinCycles : turns * prices.cyclesOf(SPIN_TURN)
  }

  #leaveIdle(core: Core, at: number): void {
    const { clock } = this.#pricer
    this.statistics.idleExits++
    const slept = core.isAsleep(at)
    core.leaveIdle(at)
    this.#pricer.shared.setIdle(core.id, false)
    clock[core.id] = at
    core.skipTicks(at)
    if (slept) this.#pricer.charge(IDLE_EXIT, 1)
  }

  /** Answers what is due, until that takes time: then others may be first. */
  #answerEvents(core: Core, at: number): void {
    while (this.#now(core) === at) {
      if (core.entered !== undefined) this.#finishInterrupt(core)
      else if (core.raised !== 0) this.#handle(core)
      else if (core.looks) this.#look(core)
      else if (core.bellAt <= at) this.#answerBell(core)
      else if (core.events.firstAt <= at) this.#enterInterrupt(core)
      else if (core.tickAt <= at) this.#tick(core, at)
      else return
      if (core.step === IDLE) core.step = BUSY
    }
  }

  /** Entering an interrupt takes time. A CPU that watched its words looks at them at once. */
  #answerBell(core: Core): void {
    core.bellAt = Number.POSITIVE_INFINITY
    core.looks = true
    if (!core.bellInterrupts) return
    this.statistics.ipisHandled++
    this.#pricer.charge(IPI_HANDLE, 1)
  }

  /** Takes what is there at this instant; the time that it takes passes after that. */
  #look(core: Core): void {
    core.looks = false
    core.raised |= this.waker.interrupts.take(core) & ~MAIL
    this.waker.deliver(core)
  }

  /** Runs one handler, which begins settled as the next will. */
  #handle(core: Core): void {
    const lowest = core.raised & -core.raised
    core.raised ^= lowest
    core.handlers.runAll(lowest)
  }

  /** The mail first, so that a thread that was as urgent as the current one gets its turn. */
  #tick(core: Core, at: number): void {
    this.statistics.ticks++
    core.skipTicks(at)
    this.waker.deliver(core)
    this.#pricer.charge(TICK, 1)
    executiveOf(core).tick()
  }

  /** Entering takes time in which others act, so that the handler comes in a turn of its own. */
  #enterInterrupt(core: Core): void {
    const { statistics } = this
    core.entered = core.events.take()
    if (core.entered.entry === ALARM) statistics.alarms++
    else if (core.entered.entry === INTERRUPT) statistics.interrupts++
    this.#pricer.charge(core.entered.entry, 1)
  }

  #finishInterrupt(core: Core): void {
    const { handler } = core.entered!
    core.entered = undefined
    handler?.(core.handlers.irq)
  }

  #now(core: Core): number {
    return this.#pricer.clock[core.id]!
  }
}
