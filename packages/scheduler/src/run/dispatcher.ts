import { type Memory, work } from '@smpnet/memory'
import { READY, RUNNING, WAITER } from '@smpnet/park'
import type { SchedulingPolicy } from '../policy/policy.ts'
import { OwedSwitch } from '../preemption/owed-switch.ts'
import {
  IDLE_ENDED,
  RELINQUISH,
  SwitchCounts,
  type SwitchReason,
  TURN_OVER,
} from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'
import type { Observers } from './observers.ts'
import type { Urgency } from './urgency.ts'

const CONTEXT_SWITCH = work('context-switch')

/**
 * Which thread has the CPU, and what a change of that means: the part of mi_switch and sched_switch
 * (kern_synch.c, sched_ule.c) that every policy shares.
 *
 *     runnable ──choose──> current ──giveWay──> runnable
 *                             │
 *                           leave, finishSwitch ──> parked, or ended
 *
 * Between two steps the current thread goes on unless a switch is owed, which costs one look at a
 * boolean. A thread that parks or ends has left when its step is over, but the policy, whose queues
 * other CPUs may see, is told only at the beginning of the next step, which is settled:
 * `finishSwitch`. A waker that comes between the two finishes the switch itself.
 */
export class Dispatcher {
  /** The switch that the current thread owes. */
  readonly owed = new OwedSwitch()
  /** How often this CPU switched, by why. */
  readonly reasons = new SwitchCounts()
  /** How often the CPU went from one thread to another. */
  switches = 0
  /** The thread that has the CPU, between two of its yields. */
  current: Thread | undefined
  /** The thread that had it last: to go on with the same thread is no switch. */
  last: Thread | undefined
  /** The thread that parked or ended in the last step. */
  leaving: Thread | undefined
  /** Whether a thread is running just now, so that a wake that comes is by it. */
  isRunning = false
  /** Why the CPU left the last thread. */
  #why: SwitchReason = IDLE_ENDED
  #hasSpun = false

  constructor(
    readonly memory: Memory,
    readonly policy: SchedulingPolicy,
    readonly observers: Observers,
    readonly urgency: Urgency,
  ) {}

  /**
   * The thread that runs the next step, which is made current; undefined to be idle. No thread is
   * leaving any more.
   */
  choose(): Thread | undefined {
    const { current } = this
    if (current !== undefined) {
      const why = this.#whyLeave(current)
      if (why < 0) return current
      this.#giveWay(current, why)
    }
    let td = this.#heir() ?? this.policy.choose()
    this.owed.clear()
    if (td === undefined) {
      if (this.last !== undefined) this.#fallIdle()
      td = this.policy.seek?.()
    }
    if (td !== undefined) this.#dispatch(td)
    return td
  }

  /** The current thread has parked or ended in this step. */
  leave(td: Thread, why: SwitchReason): void {
    this.current = undefined
    this.leaving = td
    this.#why = why
  }

  /** Tells the policy that a thread has parked or ended, if it has only just done so. */
  finishSwitch(td: Thread): void {
    if (this.leaving !== td) return
    this.leaving = undefined
    this.policy.sleep(td)
    this.urgency.enter(td)
  }

  /** The current thread looked in vain for what another may give: its equals get a turn first. */
  hasSpun(): void {
    this.#hasSpun = true
  }

  /** Why the current thread has to give way now, or a negative number if it goes on. */
  #whyLeave(current: Thread): SwitchReason {
    if (!this.#hasSpun && this.owed.isNothing) return -1
    const why = this.owed.due(current)
    if (why >= 0 || !this.#hasSpun) return why
    this.#hasSpun = false
    return current.critical === 0 && this.policy.rivals(current) ? RELINQUISH : -1
  }

  #heir(): Thread | undefined {
    const { heir } = this.owed
    return heir !== undefined && this.policy.claim(heir) ? heir : undefined
  }

  #giveWay(td: Thread, why: SwitchReason): void {
    this.memory.store(td.at + WAITER.offset.state, READY)
    this.current = undefined
    this.#why = why
    this.policy.add(td, why === TURN_OVER || why === RELINQUISH ? 'turn over' : 'interrupted')
  }

  #dispatch(td: Thread): void {
    const { last } = this
    this.current = td
    this.memory.store(td.at + WAITER.offset.state, RUNNING)
    this.urgency.publish(td)
    if (td === last) return this.observers.resumed(td)
    this.last = td
    this.switches++
    td.switches++
    this.reasons.count(this.#why)
    if (this.observers.hearSwitches) this.observers.switched(td, last, this.#why)
    this.memory.charge(CONTEXT_SWITCH, 1)
  }

  #fallIdle(): void {
    const { last } = this
    this.last = undefined
    this.observers.switched(undefined, last, this.#why)
    this.#why = IDLE_ENDED
  }
}
