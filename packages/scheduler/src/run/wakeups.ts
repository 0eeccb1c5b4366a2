import { type Address, holderOf } from '@smpnet/memory'
import { type Cpu, VECTOR } from '@smpnet/machine'
import { HEARD, OUT, type Outcome, QUEUED, READY, WAITER, WOKEN } from '@smpnet/park'
import type { Cause, PolicyHost, SchedulingPolicy } from '../policy/policy.ts'
import type { Preemption } from '../preemption/preemption.ts'
import { HANDOFF, LATER, type WakeupPolicy } from '../preemption/wakeup-policy.ts'
import { REMOTE } from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'
import type { Lender } from '../turnstile/notices.ts'
import { Turnstiles } from '../turnstile/turnstiles.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Observers } from './observers.ts'

/**
 * What becomes runnable on a CPU, or more urgent, and whether the current thread has to give way to
 * it: sched_add and sched_lend_prio, with maybe_preempt (sched_4bsd.c, sched_ule.c).
 *
 * A wake names its thread by the address of its entry. If the thread has not parked yet, the wake
 * is kept for it (`wakePending`): waker and thread may be at it at the same moment. Where the
 * thread is queued then, is the policy's to say; if it is queued here, the preemption rule and the
 * wakeup policy decide whether a switch is owed. The switch itself happens where the current thread
 * yields.
 *
 * This is the scheduler that its threads and its policy know (`PolicyHost`), and that turnstiles
 * tell of loans (`Lender`).
 */
export class Wakeups implements PolicyHost, Lender {
  readonly turnstiles: Turnstiles

  constructor(
    readonly cpu: Cpu,
    readonly policy: SchedulingPolicy,
    readonly preemption: Preemption,
    readonly wakeup: WakeupPolicy,
    readonly dispatcher: Dispatcher,
    readonly observers: Observers,
  ) {
    this.turnstiles = new Turnstiles(cpu.lot, this)
    cpu.onInterrupt(VECTOR.preempt, () => dispatcher.owed.preempt(REMOTE))
    cpu.onInterrupt(VECTOR.turnstile, () => this.turnstiles.hear(cpu.id))
    // The CPU has left its sleep, and asks its policy anew.
    cpu.onInterrupt(VECTOR.work, () => {})
  }

  receive(entry: number): boolean {
    const td = this.policy.table.find(entry)
    if (td === undefined) throw new Error(`CPU ${this.cpu.id} has no thread with entry ${entry}`)
    this.#hears(entry)
    if (!td.parked) {
      td.wakePending = true
      return false
    }
    td.alarm?.cancel()
    return this.makeReady(td, WOKEN, 'woken')
  }

  /**
   * CPU `dead` has ended, and posts nothing any more: wakes the threads that it had taken from
   * their queues. Those that it had posted were received before, and are not its any more, whatever
   * they wait for now. Lists of what it lent are looked at, too: nobody else says that they
   * changed.
   */
  adopt(dead: number): void {
    const { memory } = this.cpu
    const holder = holderOf(dead)
    this.turnstiles.hear(this.cpu.id)
    for (const { at } of this.policy.table.all()) {
      if (Math.abs(memory.load(at + WAITER.offset.taker)) === holder) this.receive(at)
    }
  }

  /** Queues a thread that was spawned, or that parked; whether the current thread is to yield. */
  makeReady(td: Thread, outcome: Outcome, cause: Cause): boolean {
    td.host.finishSwitch(td)
    td.parked = false
    td.alarm = undefined
    td.outcome = outcome
    this.cpu.memory.store(td.at + WAITER.offset.state, READY)
    const isHere = this.policy.add(td, cause)
    if (this.observers.hearWakes) this.#tellWoken(td, cause)
    return isHere && this.#preemptsFor(td)
  }

  isAlone(): boolean {
    return this.policy.queued === 0
  }

  owesPreemption(): boolean {
    return this.dispatcher.owed.isOwed
  }

  finishSwitch(td: Thread): void {
    this.dispatcher.finishSwitch(td)
  }

  knows(entry: Address): boolean {
    return this.policy.table.find(entry) !== undefined
  }

  /**
   * The thread may be with another CPU of the same isolate, whose policy then has to know. A thread
   * that is as urgent as before keeps its place and its turn: sched_lend_prio does nothing then.
   */
  settle(entry: Address, lent: number): void {
    const td = this.policy.table.find(entry)
    if (td === undefined) return
    td.lent = lent
    const { priority } = td
    if (priority === Math.min(td.ownPriority, lent)) return
    td.host.lend(td)
    if (td.priority < priority) this.observers.borrowed(td)
  }

  lend(td: Thread): void {
    const { dispatcher, policy } = this
    policy.lend(td)
    if (td === dispatcher.current) dispatcher.urgency.publish(td)
    if (dispatcher.isRunning) {
      // The thread that has to pay back may be the least urgent here from now on.
      if (td === dispatcher.current && policy.rivals(td)) dispatcher.owed.turnOver()
    } else if (!policy.isShared && !td.parked) {
      this.#preemptsFor(td)
    }
  }

  tell(cpu: number): void {
    this.cpu.raise(cpu, VECTOR.turnstile)
  }

  /** From now on the waker of a thread owes it nothing, and nor does that waker's undertaker. */
  #hears(entry: Address): void {
    const { memory } = this.cpu
    // No CPU of a simulated machine ends, nor says which waiters it has taken.
    if (memory.isSimulated) return
    const at = entry + WAITER.offset.taker
    const taker = memory.load(at)
    // It names no waker: nothing is owed, and a store would only cost.
    if (taker === QUEUED || Math.abs(taker) >= OUT) return
    memory.store(at, taker < 0 ? -HEARD : HEARD)
  }

  #tellWoken(td: Thread, cause: Cause): void {
    const { current, isRunning } = this.dispatcher
    this.observers.woken(td, isRunning ? current : undefined, cause === 'spawned')
  }

  /** Whether the current thread is to yield for a thread that became runnable here. */
  #preemptsFor(td: Thread): boolean {
    const { current, isRunning, owed } = this.dispatcher
    if (current === undefined) return false
    const isUrgent = this.preemption.applies(td.priority, current.priority, false)
    const verdict = isRunning ? this.wakeup.decide(current, td, isUrgent) : Number(isUrgent)
    if (verdict === LATER) return false
    this.observers.preempting(current, td)
    owed.decide(verdict, current, verdict === HANDOFF ? td : undefined)
    return true
  }
}
