import {
  HANDED_OFF,
  OWED,
  PREEMPTED,
  RELINQUISH,
  type SwitchReason,
  TURN_OVER,
} from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'
import { AT_UNLOCK, HANDOFF, type Verdict } from './wakeup-policy.ts'

const NONE: SwitchReason = -1

/**
 * The switch that the current thread of a CPU owes. It may be owed for several reasons at once; a
 * preemption waits for the end of critical sections, and a preemption that a wakeup policy has
 * deferred also for the end of counted sections. What the thread asks for itself it gets at once.
 */
export class OwedSwitch {
  /** The thread that is to run next, even if others are more urgent. */
  heir: Thread | undefined
  #preemption: SwitchReason = NONE
  #isDeferred = false
  #isTurnOver = false
  #relinquishes = false
  /** Whether nothing is owed: what is asked at every step. */
  isNothing = true

  /** Whether the current thread would be preempted if it were in no section. */
  get isOwed(): boolean {
    return this.#preemption !== NONE || this.#isTurnOver
  }

  preempt(why: SwitchReason): void {
    this.isNothing = false
    this.#isDeferred = false
    this.#preemption = why
  }

  /** What a wakeup by, or an interrupt of, `current` is to do. */
  decide(verdict: Verdict, current: Thread, heir: Thread | undefined): void {
    const isLater = current.critical > 0 || verdict === AT_UNLOCK
    const isFirst = this.#preemption === NONE || this.#isDeferred
    this.preempt(verdict === HANDOFF ? HANDED_OFF : isLater ? OWED : PREEMPTED)
    this.#isDeferred = isFirst && verdict === AT_UNLOCK
    this.heir = heir
  }

  turnOver(): void {
    this.isNothing = false
    this.#isTurnOver = true
  }

  relinquish(): void {
    this.isNothing = false
    this.#relinquishes = true
  }

  /** The reason for which `current` has to give way here, or a negative number. */
  due(current: Thread): SwitchReason {
    if (this.#relinquishes) return RELINQUISH
    if (current.critical > 0) return NONE
    if (this.#isTurnOver) return TURN_OVER
    return this.#isDeferred && current.held > 0 ? NONE : this.#preemption
  }

  clear(): void {
    if (this.isNothing) return
    this.isNothing = true
    this.heir = undefined
    this.#preemption = NONE
    this.#isDeferred = false
    this.#isTurnOver = false
    this.#relinquishes = false
  }
}
