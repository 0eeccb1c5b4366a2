import { type Address, NIL, work } from '@smpnet/memory'
import { AHEAD, BUSY, type Cpu, type Executive, IDLE, type Step, VECTOR } from '@smpnet/machine'
import {
  leftMs,
  type Outcome,
  PARK,
  PREEMPT,
  READY,
  RUNNING,
  SETTLE,
  SPIN,
  TIMED_OUT,
  WAITER,
  WOKEN,
  YIELD,
} from '@smpnet/park'
import { CpuAccount } from './accounting/cpu-account.ts'
import { type SchedulerStatistics, threadStatistics, timesInNs } from './accounting/statistics.ts'
import { type Lender, Lending } from './lending/lending.ts'
import type { Cause, PolicyHost, SchedulingPolicy } from './policy.ts'
import { OwedSwitch } from './preemption/owed-switch.ts'
import { Preemption } from './preemption/preemption.ts'
import { HANDOFF, LATER, preempt, type WakeupPolicy } from './preemption/wakeup-policy.ts'
import { checkNice, checkPriority, Priority } from './priority.ts'
import { PriorityPolicy } from './priority-policy.ts'
import type { SchedulerOptions, SchedulerTrace } from './scheduler-options.ts'
import {
  IDLE_ENDED,
  RELINQUISH,
  REMOTE,
  SLEEP,
  SwitchCounts,
  type SwitchReason,
  TIMED_SLEEP,
  TURN_OVER,
  TURNSTILE,
} from './switch-reason.ts'
import { type Body, Thread, type ThreadOptions } from './thread.ts'
import {
  TRACE_END,
  TRACE_LOCK_BLOCK,
  TRACE_PREEMPTION,
  TRACE_START,
  TRACE_SWITCH,
  TRACE_WAKEUP,
} from './trace-events.ts'
import type { Heartbeat } from './watching/heartbeats.ts'
import type { Roster } from './watching/roster.ts'

const CONTEXT_SWITCH = work('context-switch')
const THREAD_START = work('thread-start')

/**
 * The scheduler of one CPU: it drives threads, and asks its policy which one.
 *
 *     spawn ──> runnable ──choose──> current ──end──> gone
 *                  ^  ^                │ │
 *                  │  └───give way─────┘ │ PARK
 *                  └──woken, alarm──── parked
 *
 * A thread runs until its generator yields, and what it yields says why it stopped; that is all
 * the machinery there is. The machine calls `run` again and again, and between two calls it brings
 * wakes (`receive`), timer interrupts (`tick`) and alarms.
 *
 * Preemption happens where a thread yields anyway: where a wakeup found somebody more urgent, and,
 * in simulated time, wherever it waits for that time to catch up. What a step decides about queues
 * that other CPUs see is carried out at the beginning of the next, which is settled.
 */
export class Scheduler implements Executive, PolicyHost, Lender {
  readonly policy: SchedulingPolicy
  readonly preemption: Preemption
  readonly wakeup: WakeupPolicy
  /** How often this CPU switched, by why. */
  readonly reasons = new SwitchCounts()
  readonly lending: Lending
  /** See `Executive`; only for policies that put threads into the queues of other CPUs. */
  readonly wake: ((entry: Address) => boolean) | undefined
  readonly #account: CpuAccount | undefined
  readonly #trace: SchedulerTrace | undefined
  readonly #heartbeat: Heartbeat | undefined
  readonly #roster: Roster | undefined
  readonly #owed = new OwedSwitch()
  /** Who has the CPU, between two of its yields. */
  #current: Thread | undefined
  /** Who had it last: to go on with the same thread is no switch. */
  #last: Thread | undefined
  /** Why the CPU left that one. */
  #why: SwitchReason = IDLE_ENDED
  /** Who has parked or ended in the last step, which is carried out at the next. */
  #leaving: Thread | undefined
  #end: End | undefined
  /** Whether a thread is running just now, so that it is the one who wakes. */
  #isRunning = false
  #hasSpun = false
  #spins = 0
  #switches = 0
  #started = 0
  /** The priority of which the machine knows that it runs. */
  #published = -1

  constructor(
    readonly cpu: Cpu,
    options: SchedulerOptions = {},
  ) {
    this.policy = options.policy ?? new PriorityPolicy()
    this.preemption = new Preemption(options.preemption)
    this.wakeup = options.wakeup ?? preempt
    this.#account = options.ticker && new CpuAccount(options.ticker)
    this.#trace = options.trace
    this.#heartbeat = options.heartbeat
    this.#roster = options.roster
    this.lending = new Lending(cpu.lot, this)
    cpu.onInterrupt(VECTOR.preempt, () => this.#owed.preempt(REMOTE))
    cpu.onInterrupt(VECTOR.turnstile, () => this.lending.hear(cpu.id))
    // The CPU has left its sleep, and asks its policy anew.
    cpu.onInterrupt(VECTOR.work, () => {})
    this.policy.bind(this)
    this.wake = this.policy.isShared ? (entry) => this.receive(entry) : undefined
  }

  /** How often the CPU went from one thread to another. */
  get switches(): number {
    return this.#switches
  }

  /** Threads that have not ended, of this CPU or of all that share its run queues. */
  get threads(): number {
    return this.policy.table.size
  }

  /**
   * What is known about this CPU and the threads that are with it, up to now. Reads the cputicker,
   * as a switch would. For the CPU's own threads, and between two runs.
   */
  statistics(): SchedulerStatistics {
    this.#account?.bill(this.#last)
    const { cpu, reasons, switches } = this
    const times = this.#account?.times()
    const threads = [...this.policy.table.all()].filter((td) => td.pcpu === cpu)
    return {
      cpu: cpu.id,
      switches,
      reasons: reasons.byName(),
      ...timesInNs(times),
      threads: threads.map((td) => threadStatistics(td, times?.frequencyHz ?? 1)),
    }
  }

  isAlone(): boolean {
    return this.policy.queued === 0
  }

  owesPreemption(): boolean {
    return this.#owed.isOwed
  }

  /** Starts a thread on this CPU. Throws a RangeError for a bad priority or a full lot. */
  spawn<T>(body: Body<T>, options: ThreadOptions = {}): Thread<T> {
    const { priority = Priority.user, name = `thread ${this.cpu.id}.${this.#started}` } = options
    const { nice = 0, pinned = false } = options
    checkPriority(priority)
    checkNice(nice)
    const { lot, memory } = this.cpu
    const thread = new Thread(
      this,
      lot.claimEntry(this.cpu.id),
      name,
      priority,
      body,
      nice,
      pinned,
    )
    this.#started++
    memory.charge(THREAD_START, 1)
    this.lending.reset(thread.at)
    this.#enter(thread as Thread)
    thread.ticket = this.#roster?.enter(this.cpu.id, name)
    this.policy.table.add(thread as Thread)
    this.policy.admit(thread as Thread, this.#current)
    this.#trace?.event(TRACE_START, thread.at, priority)
    this.#makeReady(thread as Thread, WOKEN, 'spawned')
    return thread
  }

  run(): Step {
    const td = this.#choose()
    if (td === undefined) return IDLE
    this.#isRunning = true
    this.#heartbeat?.beat(td)
    try {
      const step = td.body.next(td.outcome)
      if (!step.done) return this.#yielded(td, step.value)
      return this.#leave(td, RELINQUISH, { state: 'returned', result: step.value })
    } catch (error) {
      return this.#leave(td, RELINQUISH, { state: 'threw', result: error })
    } finally {
      this.#isRunning = false
    }
  }

  receive(entry: number): boolean {
    const td = this.policy.table.find(entry)
    if (td === undefined) throw new Error(`CPU ${this.cpu.id} has no thread with entry ${entry}`)
    if (!td.parked) {
      td.wakePending = true
      return false
    }
    td.alarm?.cancel()
    return this.#makeReady(td, WOKEN, 'woken')
  }

  tick(): void {
    if (this.policy.tick(this.#current)) this.#owed.turnOver()
    if (this.#current !== undefined) this.#publish(this.#current)
  }

  get idleTurns(): number | undefined {
    return this.policy.idleTurns
  }

  knows(entry: Address): boolean {
    return this.policy.table.find(entry) !== undefined
  }

  settle(entry: Address, lent: number): void {
    this.policy.table.find(entry)?.borrow(lent)
  }

  lend(td: Thread): void {
    this.policy.lend(td)
    if (td === this.#current) this.#publish(td)
    if (this.#isRunning) {
      // Who has to pay back may be the least urgent here from now on.
      if (td === this.#current && this.policy.rivals(td)) this.#owed.turnOver()
    } else if (!this.policy.isShared && !td.parked) {
      this.#preemptsFor(td)
    }
  }

  tell(cpu: number): void {
    this.cpu.raise(cpu, VECTOR.turnstile)
  }

  finishSwitch(td: Thread): void {
    if (this.#leaving !== td) return
    this.#leaving = undefined
    this.policy.sleep(td)
    this.#enter(td)
  }

  #choose(): Thread | undefined {
    if (this.#leaving !== undefined) this.#finish(this.#leaving)
    const current = this.#current
    if (current !== undefined) {
      const why = this.#whyLeave(current)
      if (why < 0) return current
      this.#giveWay(current, why)
    }
    let td = this.#heir() ?? this.policy.choose()
    this.#owed.clear()
    if (td === undefined) {
      if (this.#last !== undefined) this.#fallIdle()
      td = this.policy.seek?.()
    }
    if (td !== undefined) this.#dispatch(td)
    return td
  }

  /** Why the current thread has to give way now, or a negative number if it goes on. */
  #whyLeave(current: Thread): SwitchReason {
    if (!this.#hasSpun && this.#owed.isNothing) return -1
    const why = this.#owed.due(current)
    if (why >= 0 || !this.#hasSpun) return why
    this.#hasSpun = false
    return current.critical === 0 && this.policy.rivals(current) ? RELINQUISH : -1
  }

  #heir(): Thread | undefined {
    const { heir } = this.#owed
    return heir !== undefined && this.policy.claim(heir) ? heir : undefined
  }

  #dispatch(td: Thread): void {
    this.#current = td
    this.cpu.memory.store(td.at + WAITER.offset.state, RUNNING)
    this.#publish(td)
    if (td === this.#last) return
    this.#account?.bill(this.#last)
    this.#last = td
    this.#switches++
    td.switches++
    this.reasons.count(this.#why)
    this.#trace?.event(TRACE_SWITCH, td.at, this.#why)
    this.cpu.memory.charge(CONTEXT_SWITCH, 1)
  }

  #fallIdle(): void {
    this.#account?.bill(this.#last)
    this.#trace?.event(TRACE_SWITCH, 0, this.#why)
    this.#heartbeat?.rest()
    this.#why = IDLE_ENDED
    this.#last = undefined
  }

  #yielded(td: Thread, why: number): Step {
    if (why !== SPIN) this.#spins = 0
    switch (why) {
      case SETTLE:
        return AHEAD
      case SPIN:
        return this.#spun(td)
      case PARK:
        return this.#park(td)
      case PREEMPT:
        return BUSY
      case YIELD:
        if (td.critical > 0) {
          throw new Error(`thread ${td.name} gives its turn away in a critical section`)
        }
        td.outcome = WOKEN
        this.#owed.relinquish()
        return BUSY
      default:
        throw new TypeError(
          `a thread yields SPIN, SETTLE, PARK, PREEMPT or YIELD: ${td.name} yielded ${why}`,
        )
    }
  }

  #park(td: Thread): Step {
    if (td.critical > 0) throw new Error(`thread ${td.name} waits in a critical section`)
    if (td.wakePending) {
      td.wakePending = false
      td.outcome = WOKEN
      return BUSY
    }
    td.parked = true
    const delayNs = Math.round(leftMs(td, td.limit) * 1e6)
    if (delayNs !== Number.POSITIVE_INFINITY) {
      td.alarm = this.cpu.alarm(delayNs, () => this.#makeReady(td, TIMED_OUT, 'woken'))
    }
    if (td.blockedOn !== NIL) this.#trace?.event(TRACE_LOCK_BLOCK, td.at, td.blockedOn)
    return this.#leave(td, reasonToWait(td), undefined)
  }

  #leave(td: Thread, why: SwitchReason, end: End | undefined): Step {
    this.#current = undefined
    this.#leaving = td
    this.#why = why
    this.#end = end
    return BUSY
  }

  /** Whoever holds what is spun for may be a thread of this CPU: the others get a turn first. */
  #spun(td: Thread): Step {
    td.outcome = WOKEN
    this.#hasSpun = true
    if (this.isAlone()) this.cpu.memory.pause(this.#spins++)
    return BUSY
  }

  #giveWay(td: Thread, why: SwitchReason): void {
    this.cpu.memory.store(td.at + WAITER.offset.state, READY)
    this.#current = undefined
    this.#why = why
    this.policy.add(td, why === TURN_OVER || why === RELINQUISH ? 'turn over' : 'interrupted')
  }

  #makeReady(td: Thread, outcome: Outcome, cause: Cause): boolean {
    td.finishSwitch()
    td.parked = false
    td.alarm = undefined
    td.outcome = outcome
    this.cpu.memory.store(td.at + WAITER.offset.state, READY)
    const isHere = this.policy.add(td, cause)
    this.#trace?.event(TRACE_WAKEUP, td.at, td.cpu)
    return isHere && this.#preemptsFor(td)
  }

  /** Whether the current thread is to yield for one that became runnable here. */
  #preemptsFor(td: Thread): boolean {
    const current = this.#current
    if (current === undefined) return false
    const isUrgent = this.preemption.applies(td.priority, current.priority, false)
    const verdict = this.#isRunning ? this.wakeup.decide(current, td, isUrgent) : Number(isUrgent)
    if (verdict === LATER) return false
    this.#trace?.event(TRACE_PREEMPTION, current.at, td.at)
    this.#owed.decide(verdict, current, verdict === HANDOFF ? td : undefined)
    return true
  }

  /** Says, for wakers on other CPUs, how urgent a thread must be to interrupt `current`. */
  #publish(current: Thread): void {
    if (current.priority === this.#published) return
    this.#published = current.priority
    this.cpu.interruptBelow(this.preemption.limit(current.priority, false))
  }

  /** Writes a parked thread's own priority into its entry, where wakers find it. */
  #enter(td: Thread): void {
    if (td.blockedOn !== NIL || td.ownPriority === td.entered) return
    td.entered = td.ownPriority
    this.cpu.memory.write(td.at + WAITER.offset.own, td.ownPriority)
  }

  /** Carries out what a thread that parked or ended means to others. */
  #finish(td: Thread): void {
    this.finishSwitch(td)
    const end = this.#end
    if (end === undefined) return
    this.#end = undefined
    this.policy.table.remove(td)
    const isError = end.state === 'threw'
    this.#trace?.event(TRACE_END, td.at, Number(isError))
    this.lending.reset(td.at)
    if (td.ticket !== undefined) this.#roster?.leave(td.ticket, isError)
    const joiners = td.end(end.state, end.result)
    for (const joiner of joiners) this.cpu.lot.waker.wake(joiner.at)
    // Who buries this CPU has to find the entry, which locks may name.
    if (isError && joiners.length === 0) this.cpu.fail(end.result)
    else this.cpu.lot.releaseEntry(td.at)
  }
}

/** How a thread ended. */
interface End {
  readonly state: 'returned' | 'threw'
  readonly result: unknown
}

function reasonToWait(td: Thread): SwitchReason {
  if (td.blockedOn !== NIL) return TURNSTILE
  return td.limit.deadlineMs === Number.POSITIVE_INFINITY ? SLEEP : TIMED_SLEEP
}
