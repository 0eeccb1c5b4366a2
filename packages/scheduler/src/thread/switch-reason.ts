/**
 * Why a CPU went from one thread to another, by the names of `kern.sched.stats` (sys/proc.h,
 * SWT_*). A number, as a reason is counted at every switch.
 */
export type SwitchReason = number

/** The names, in the order of their numbers. */
export const SWITCH_REASONS = [
  /** The CPU had been idle. */
  'idle',
  /** The thread let its equals run, or ended. */
  'relinquish',
  /** Its turn was over. */
  'needresched',
  /** A thread that it woke, or that an interrupt woke, was more urgent. */
  'preempt',
  /** The same, but not before its critical or counted section ended. */
  'owepreempt',
  /** Another CPU put a more urgent thread here. */
  'remotepreempt',
  /** It waited for a lock that lends priority. */
  'turnstile',
  /** It waited for something else. */
  'sleepq',
  /** The same, with a time limit. */
  'sleepqtimo',
  /** It handed its CPU to the thread that it woke. */
  'handoff',
] as const

export type SwitchReasonName = (typeof SWITCH_REASONS)[number]

const number = (name: SwitchReasonName): SwitchReason => SWITCH_REASONS.indexOf(name)

export const IDLE_ENDED = number('idle')
export const RELINQUISH = number('relinquish')
export const TURN_OVER = number('needresched')
export const PREEMPTED = number('preempt')
export const OWED = number('owepreempt')
export const REMOTE = number('remotepreempt')
export const TURNSTILE = number('turnstile')
export const SLEEP = number('sleepq')
export const TIMED_SLEEP = number('sleepqtimo')
export const HANDED_OFF = number('handoff')

/** How often each reason occurred on a CPU. */
export class SwitchCounts {
  readonly #counts = new Float64Array(SWITCH_REASONS.length)

  count(reason: SwitchReason): void {
    this.#counts[reason]!++
  }

  of(name: SwitchReasonName): number {
    return this.#counts[SWITCH_REASONS.indexOf(name)]!
  }

  /** All of them, by name. */
  byName(): Readonly<Record<SwitchReasonName, number>> {
    const entries = SWITCH_REASONS.map((name, reason) => [name, this.#counts[reason]!])
    return Object.fromEntries(entries) as Record<SwitchReasonName, number>
  }
}
