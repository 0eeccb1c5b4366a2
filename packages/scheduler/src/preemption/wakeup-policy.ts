import type { Thread } from '../thread/thread.ts'

/** What a wakeup does to its waker. */
export type Verdict = number

/** The waker goes on, and the woken thread waits for its turn. */
export const LATER: Verdict = 0
/** The woken thread runs as soon as its waker may be preempted. */
export const NOW: Verdict = 1
/** The same, but not before its waker has left the outermost counted section it is in. */
export const AT_UNLOCK: Verdict = 2
/** The woken thread gets the CPU of its waker, even if other threads are more urgent. */
export const HANDOFF: Verdict = 3

/**
 * What happens when a thread wakes another of its CPU. It decides about wakeups by threads only: an
 * interrupt, or a wake from another CPU, preempts by the scheduler's rule.
 */
export interface WakeupPolicy {
  readonly name: string
  /** `isUrgent`: the scheduler's rule would let `woken` take the CPU from `waker`. */
  decide(waker: Thread, woken: Thread, isUrgent: boolean): Verdict
}

/** The woken thread runs first if it is more urgent: FreeBSD's maybe_preempt. */
export const preempt: WakeupPolicy = {
  name: 'preempt',
  decide: (_waker, _woken, isUrgent) => (isUrgent ? NOW : LATER),
}

/** The waker goes on until it waits or its turn is over. */
export const noPreempt: WakeupPolicy = {
  name: 'no-preempt',
  decide: () => LATER,
}

/**
 * Like `preempt`, except for a waker that holds locks: the woken thread would probably want such
 * a lock, and two switches would be lost. It runs when the outermost lock is released.
 */
export const deferredToUnlock: WakeupPolicy = {
  name: 'deferred-to-unlock',
  decide: (waker, _woken, isUrgent) => {
    if (!isUrgent) return LATER
    return waker.held > 0 ? AT_UNLOCK : NOW
  },
}

/** The waker gives the rest of its turn to the woken thread and is the next after it. */
export const handoff: WakeupPolicy = {
  name: 'handoff',
  decide: () => HANDOFF,
}

/** The policies by name. */
export const wakeupPolicies: ReadonlyMap<string, WakeupPolicy> = new Map(
  [preempt, noPreempt, deferredToUnlock, handoff].map((policy) => [policy.name, policy]),
)
