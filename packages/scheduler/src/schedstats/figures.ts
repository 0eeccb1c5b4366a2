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
  /** Waiters of other CPUs that were woken here, through their mailboxes. */
  readonly posted: number
}

/** What wakeups on a CPU led to; it can be cloned. */
export interface WakeupFigures {
  /** A thread preempted another, and slept for a lock of that one before it had run again. */
  readonly heldLockSwitches: number
  /** A thread slept for a lock whose owner is known: a mutex, or the writer of another lock. */
  readonly lockBlocks: number
  /** An owner became more urgent by what it was lent, as this CPU was told. */
  readonly loans: number
  /**
   * From a wake to the moment at which the thread is given a CPU, this one, before the price of the
   * switch. Of a wake by another CPU the time in the mailbox is a part on a simulated machine; on a
   * live one it begins when this CPU has looked into it. Starts are no wakes.
   */
  readonly runDelay: DelayCounts
  /**
   * How long this CPU was idle while at least one thread was queued on any CPU; undefined where
   * another CPU has an isolate of its own, since what is queued there is not known at each moment.
   */
  readonly idleBesideQueuedNs: number | undefined
  readonly wakes: WakeCounts
}
