import type { DelayCounts } from './delay-histogram.ts'

/** How threads of a CPU became runnable. */
export interface WakeCounts {
  /** Threads that began. */
  readonly starts: number
  /** Woken by a thread that ran on this CPU. */
  readonly byThread: number
  /** Of those, put into the queue of another CPU, as shared policies do. */
  readonly toOtherCpu: number
  /** Woken since their time was over. */
  readonly byTimer: number
  /** Woken by an interrupt, or through the mailbox by another CPU. */
  readonly fromOutside: number
}

/** What wakeups on a CPU led to; it can be cloned. */
export interface WakeupFigures {
  /** A thread preempted another, and slept for a lock of that one before it had run again. */
  readonly heldLockSwitches: number
  /** A thread slept for a lock whose owner is known: a mutex, or the writer of another lock. */
  readonly lockBlocks: number
  /** An owner of this CPU became more urgent by what it was lent. */
  readonly loans: number
  /** From a wake to the moment at which the thread gets a CPU: this one. Starts are no wakes. */
  readonly runDelay: DelayCounts
  /**
   * How long this CPU was idle while at least one thread was queued on any CPU; undefined where
   * another CPU has an isolate of its own, since what is queued there is not known at each moment.
   */
  readonly idleBesideQueuedNs: number | undefined
  readonly wakes: WakeCounts
}
