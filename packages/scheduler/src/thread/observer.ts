import type { Address } from '@smpnet/memory'
import type { SwitchReason } from './switch-reason.ts'
import type { Thread } from './thread.ts'

/**
 * What a scheduler tells about its CPU: accounting, traces, heartbeats and the roster are
 * observers, and a program may add its own. A method that an observer does not have costs nothing.
 * All are called on the scheduler's CPU, between two steps of threads, and must not wait, wake or
 * spawn.
 */
export interface Observer {
  /** The thread begins a step. The only event that comes more often than switches. */
  stepped?(td: Thread): void
  /** The CPU goes from one thread to another; `undefined` stands for idleness. */
  switched?(to: Thread | undefined, from: Thread | undefined, why: SwitchReason): void
  /** The thread that had the CPU last, which gave way or waited, got it again: no switch. */
  resumed?(td: Thread): void
  /**
   * The thread became runnable, in a queue of the CPU that it is with now. `by` is the thread that
   * woke or spawned it here; `undefined` where an alarm, an interrupt or another CPU did. Whether
   * it begins, and was not woken.
   */
  woken?(td: Thread, by: Thread | undefined, isStart: boolean): void
  /** A waiter of another CPU, at `entry`, was woken here: it is in that CPU's mailbox. */
  posted?(entry: Address): void
  /** A waiter came out of this CPU's mailbox; it is woken next, unless it has not parked yet. */
  fetched?(entry: Address): void
  /** The current thread will be preempted, and which thread is the reason. */
  preempting?(current: Thread, by: Thread): void
  /** The thread parks for a lock that has an owner, by the owner's entry when it queued itself. */
  blocked?(td: Thread, lock: Address, owner: Address): void
  /** The thread, an owner, is more urgent by what it is lent than just before. */
  borrowed?(td: Thread): void
  /** The thread was made; it becomes runnable next. */
  started?(td: Thread): void
  /** The thread has ended, and whether by throwing. */
  ended?(td: Thread, isError: boolean): void
}
