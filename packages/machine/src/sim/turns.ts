import type { Work } from '@smpnet/memory'
import type { Handler } from '../handlers.ts'
import { AHEAD } from '../cpu.ts'
import type { Core } from './core.ts'
import type { SimEvent } from './event-heap.ts'
import type { SimPricer } from './sim-pricer.ts'
import { lastCycleBefore, TournamentTree } from './tournament-tree.ts'

/**
 * Which CPU has the turn, and until when. A CPU that is given a turn runs ahead, without asking, to
 * its horizon: the earliest cycle at which another CPU acts or something happens to it. What it
 * posts to others meanwhile draws the horizon nearer. Behind the horizon it may still compute, but
 * no longer touch what others touch, until its next turn.
 */
export class Turns {
  readonly #tree: TournamentTree
  /** Whether time has begun; what CPUs do before is not billed. */
  hasBegun = false

  constructor(
    readonly cores: readonly Core[],
    readonly pricer: SimPricer,
    /** No turn begins behind this cycle. */
    readonly untilCycles: number,
    /**
     * Gives up the turn at every settle point that costs time, and lets no CPU doze: slow, and easy
     * to trust.
     */
    readonly settlesAlways: boolean,
  ) {
    this.#tree = new TournamentTree(cores.length)
    pricer.directory.resume = (cpu, at) => this.resume(cpu, at)
    pricer.directory.taken = (line) => {
      if (pricer.dozers.isWatched(line)) this.#rouse(line)
    }
  }

  /** Begins time: each CPU acts first at its clock. */
  begin(): void {
    this.hasBegun = true
    for (const core of this.cores) this.#tree.set(core.id, this.pricer.clock[core.id]!)
  }

  /** The CPU that acts next. */
  next(): Core {
    return this.cores[this.#tree.first()]!
  }

  /** When it acts, in cycles: Infinity if nobody ever will. */
  nextAt(): number {
    return this.#tree.at[this.#tree.first()]!
  }

  /** Gives `core` a turn, which begins at cycle `at`. */
  give(core: Core, at: number): void {
    const { pricer } = this
    pricer.cpu = core.id
    pricer.turnBegan = at
    pricer.settledAt = at
    if (pricer.dozers.dozes[core.id] === 0) return
    pricer.passLooks(core.id, at)
    if (pricer.dozers.isLooking(core.id, at)) {
      pricer.clock[core.id] = at
      core.step = AHEAD
    }
    pricer.dozers.wake(core.id)
  }

  /** Lets `core` run to its horizon from now on. */
  run(core: Core): void {
    const { pricer } = this
    const now = pricer.clock[core.id]!
    const others = this.#tree.horizon(core.id)
    const horizon = Math.min(others, core.nextEvent() - 1, this.untilCycles)
    pricer.limit = this.settlesAlways ? Math.min(now, horizon) : horizon
    pricer.isAtOnce = false
  }

  /** What happens now happens at one instant: it is settled throughout. */
  runAtOnce(): void {
    this.pricer.limit = Number.POSITIVE_INFINITY
    this.pricer.isAtOnce = true
  }

  /** Ends a turn: `core` acts again at `at`, in cycles. */
  end(core: Core, at: number): void {
    const { dozers, clock } = this.pricer
    const isDozing = !this.settlesAlways && dozers.begins(core.id, clock[core.id]!)
    this.#tree.set(core.id, isDozing ? this.#actsAt(core, core.nextEvent()) : at)
  }

  /** When a dozing CPU acts next, for what happens at `at`; not behind the end of time. */
  #actsAt(core: Core, at: number): number {
    const last = Math.min(at, this.untilCycles + 1)
    return last === Infinity ? last : this.pricer.dozers.actsFrom(core.id, last)
  }

  /**
   * The CPU that has the turn takes a line: those that doze for it look again. All that it does
   * since it was settled last comes before what others do from then on, so before their next look.
   */
  #rouse(line: number): void {
    const { pricer } = this
    const now = pricer.settledAt
    for (const core of this.cores) {
      if (!pricer.dozers.watches(core.id, line)) continue
      // Of two that act at the same cycle the first has looked before.
      const at = this.#actsAt(core, core.id < pricer.cpu ? now + 1 : now)
      if (at >= this.#tree.at[core.id]!) continue
      this.#tree.set(core.id, at)
      if (pricer.isAtOnce) continue
      pricer.limit = Math.min(pricer.limit, lastCycleBefore(pricer.cpu, core.id, at))
    }
  }

  /**
   * `cpu`, which waits in the queue of a line, acts again when that comes, at cycle `at`. That
   * draws no horizon nearer: the CPU before it in the queue, which acts sooner, has done so.
   */
  resume(cpu: number, at: number): void {
    this.pricer.comes(cpu, at)
    this.#tree.set(cpu, at)
  }

  /** `handler` is to run on `core` at cycle `at`, billed as `entry`. */
  post(core: Core, at: number, entry: Work, handler: Handler): SimEvent {
    const event = core.events.add(at, entry, handler)
    this.#hasten(core, at)
    return event
  }

  /** It is not to run. For code that has settled: no CPU is past that moment then. */
  cancel(core: Core, event: SimEvent): void {
    core.events.cancel(event)
    if (core.isIdle) this.#tree.set(core.id, core.nextEvent())
  }

  /** Has `core` look at its words at cycle `at`, unless it does before. */
  ring(core: Core, at: number, interrupts: boolean): void {
    if (at >= core.bellAt) return
    core.bellAt = at
    core.bellInterrupts = interrupts
    this.#hasten(core, at)
  }

  /** Draws the horizon nearer, to something that happens to `core` at `at`. */
  #hasten(core: Core, at: number): void {
    const { pricer } = this
    const isOwn = core.id === pricer.cpu
    const isDozing = pricer.dozers.dozes[core.id] === 1
    if (isDozing) at = this.#actsAt(core, at)
    if (!isOwn && !(core.isIdle || isDozing)) return
    if (!isOwn && at >= this.#tree.at[core.id]!) return
    if (!isOwn) this.#tree.set(core.id, at)
    if (pricer.isAtOnce) return
    const last = isOwn ? at - 1 : lastCycleBefore(pricer.cpu, core.id, at)
    pricer.limit = Math.min(pricer.limit, last)
  }
}
