import type { Address } from '@smpnet/memory'
import { type Cpu, type Executive, IDLE, type Step } from '@smpnet/machine'
import { CpuAccount } from './accounting/cpu-account.ts'
import { type SchedulerStatistics, threadStatistics, timesInNs } from './accounting/statistics.ts'
import type { SchedulingPolicy } from './policy/policy.ts'
import { PriorityPolicy } from './policy/priority-policy.ts'
import { Preemption } from './preemption/preemption.ts'
import { preempt, type WakeupPolicy } from './preemption/wakeup-policy.ts'
import { Dispatcher } from './run/dispatcher.ts'
import { Observers } from './run/observers.ts'
import { Steps } from './run/steps.ts'
import { ThreadLives } from './run/thread-lives.ts'
import { Urgency } from './run/urgency.ts'
import { Wakeups } from './run/wakeups.ts'
import type { SchedulerOptions } from './scheduler-options.ts'
import type { CpuSchedstats } from './schedstats/cpu-schedstats.ts'
import type { SwitchCounts } from './thread/switch-reason.ts'
import type { Observer } from './thread/observer.ts'
import type { Body, Thread } from './thread/thread.ts'
import type { ThreadOptions } from './thread/thread-options.ts'
import type { Turnstiles } from './turnstile/turnstiles.ts'
import { heartbeats, rosterOf, traceTo } from './watching/watchers.ts'

/**
 * The scheduler of one CPU: it drives threads, and asks its policy which one.
 *
 *     spawn ──> runnable ──choose──> current ──end──> gone
 *                  ^  ^                │ │
 *                  │  └───give way─────┘ │ PARK
 *                  └──woken, alarm──── parked
 *
 * A thread runs until its generator yields, and what it yields says why it stopped. The machine
 * calls `run` again and again, and between two calls it brings wakes (`receive`), timer interrupts
 * (`tick`) and alarms. The parts, each in a file of its own:
 *
 * - `Steps` runs a step of a thread and acts on what it yields;
 * - `Dispatcher` says which thread has the CPU;
 * - `Wakeups` says what becomes runnable, and whether that preempts;
 * - `ThreadLives` begins and ends threads;
 * - `Observers` are told of all of it.
 *
 * Preemption happens where a thread yields anyway: where a wakeup found a more urgent thread, and,
 * in simulated time, wherever the thread waits for that time to catch up. What a step decides about
 * queues that other CPUs see is carried out at the beginning of the next step, which is settled.
 */
export class Scheduler implements Executive {
  readonly policy: SchedulingPolicy
  readonly preemption: Preemption
  readonly wakeup: WakeupPolicy
  readonly turnstiles: Turnstiles
  /** See `Executive`; only for policies that put threads into the queues of other CPUs. */
  readonly wake: ((entry: Address) => boolean) | undefined
  /** See `Executive`; only for observers that listen. */
  readonly posted: ((entry: Address) => void) | undefined
  readonly fetched: ((entry: Address) => void) | undefined
  readonly #account: CpuAccount | undefined
  readonly #schedstats: CpuSchedstats | undefined
  readonly #dispatcher: Dispatcher
  readonly #wakeups: Wakeups
  readonly #lives: ThreadLives
  readonly #steps: Steps

  constructor(
    readonly cpu: Cpu,
    options: SchedulerOptions = {},
  ) {
    this.policy = options.policy ?? new PriorityPolicy()
    this.preemption = new Preemption(options.preemption)
    this.wakeup = options.wakeup ?? preempt
    this.#account = options.ticker && new CpuAccount(options.ticker)
    this.#schedstats = options.schedstats?.on(cpu)
    const { policy, preemption, wakeup } = this
    const own = [this.#account, this.#schedstats]
    const observers = new Observers(observersIn(options, own, cpu))
    const urgency = new Urgency(cpu, preemption, policy.isShared)
    const dispatcher = new Dispatcher(cpu.memory, policy, observers, urgency)
    const wakeups = new Wakeups(cpu, policy, preemption, wakeup, dispatcher, observers)
    this.#lives = new ThreadLives(policy, dispatcher, wakeups, observers)
    this.#steps = new Steps(dispatcher, wakeups, this.#lives, observers)
    this.#dispatcher = dispatcher
    this.#wakeups = wakeups
    this.turnstiles = wakeups.turnstiles
    this.policy.bind(wakeups)
    this.wake = this.policy.isShared ? (entry) => this.receive(entry) : undefined
    this.posted = observers.hearPosts ? (entry) => observers.posted(entry) : undefined
    this.fetched = observers.hearFetches ? (entry) => observers.fetched(entry) : undefined
  }

  /** How often the CPU went from one thread to another. */
  get switches(): number {
    return this.#dispatcher.switches
  }

  /** The same by why. */
  get reasons(): SwitchCounts {
    return this.#dispatcher.reasons
  }

  /** Threads that have not ended, of this CPU or of all that share its run queues. */
  get threads(): number {
    return this.policy.table.size
  }

  get idleTurns(): number | undefined {
    return this.policy.idleTurns
  }

  /** Starts a thread on this CPU. Throws a RangeError for a bad priority or a full lot. */
  spawn<T>(body: Body<T>, options: ThreadOptions = {}): Thread<T> {
    return this.#lives.spawn(body, options)
  }

  run(): Step {
    const { leaving } = this.#dispatcher
    if (leaving !== undefined) this.#lives.finish(leaving)
    const td = this.#dispatcher.choose()
    return td === undefined ? IDLE : this.#steps.take(td)
  }

  receive(entry: number): boolean {
    return this.#wakeups.receive(entry)
  }

  adopt(dead: number): void {
    this.#wakeups.adopt(dead)
  }

  tick(): void {
    const { current, owed, urgency } = this.#dispatcher
    if (this.policy.tick(current)) owed.turnOver()
    if (current !== undefined) urgency.publish(current)
  }

  /**
   * What is known about this CPU and the threads that are with it, up to now. Reads the cputicker,
   * as a switch would. For the CPU's own threads, and between two runs.
   */
  statistics(): SchedulerStatistics {
    this.#account?.bill(this.#dispatcher.last)
    const { cpu, reasons, switches } = this
    const times = this.#account?.times()
    const threads = [...this.policy.table.all()].filter((td) => td.pcpu === cpu)
    return {
      cpu: cpu.id,
      switches,
      reasons: reasons.byName(),
      ...timesInNs(times),
      wakeups: this.#schedstats?.figures(),
      threads: threads.map((td) => threadStatistics(td, times?.frequencyHz ?? 1)),
    }
  }
}

/** Accounting comes first, so that what other observers cost is billed to the next thread. */
function observersIn(
  options: SchedulerOptions,
  own: readonly (Observer | undefined)[],
  { id }: Cpu,
): Observer[] {
  const { roster, heartbeat, trace, observers = [] } = options
  const asked = [
    ...own,
    roster && rosterOf(roster, id),
    heartbeat && heartbeats(heartbeat),
    trace && traceTo(trace),
  ]
  return [...asked.filter((one) => one !== undefined), ...observers]
}
