import type { Work } from '@smpnet/memory'
import type { Handler } from '../handlers.ts'
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
    /** Gives up the turn at every settle point that costs time: slow, and easy to trust. */
    readonly settlesAlways: boolean,
  ) {
    this.#tree = new TournamentTree(cores.length)
    pricer.directory.resume = (cpu, at) => this.resume(cpu, at)
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
    this.pricer.cpu = core.id
    this.pricer.turnBegan = at
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
    this.#tree.set(core.id, at)
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
    if (!isOwn && (!core.isIdle || at >= this.#tree.at[core.id]!)) return
    if (!isOwn) this.#tree.set(core.id, at)
    if (pricer.isAtOnce) return
    const last = isOwn ? at - 1 : lastCycleBefore(pricer.cpu, core.id, at)
    pricer.limit = Math.min(pricer.limit, last)
  }
}
