import type { Preemption } from './preemption/preemption.ts'
import type { Thread, ThreadHost } from './thread.ts'
import type { ThreadTable } from './thread-table.ts'

/** Why a thread is put into a run queue. */
export type Cause = 'spawned' | 'woken' | 'interrupted' | 'turn over'

/** What a policy needs of the scheduler of its CPU. */
export interface PolicyHost extends ThreadHost {
  readonly preemption: Preemption
}

/**
 * Which thread runs, and where: one for each CPU. The scheduler asks, and does the rest: it drives
 * generators, parks and wakes. A policy whose CPUs share run queues exists once on a simulated
 * machine and has a `SchedulingPolicy` for each CPU (`isShared`); on a live machine, where a thread
 * cannot leave its CPU, each CPU has a policy of its own.
 *
 * All methods are called settled, on the policy's own CPU, between two steps of its threads.
 */
export interface SchedulingPolicy {
  readonly name: string
  /** Whether a thread that is added here may be queued on another CPU. */
  readonly isShared: boolean
  /** The threads that a wake on this CPU may find. */
  readonly table: ThreadTable
  /** Called once, by the scheduler of the policy's CPU. */
  bind(host: PolicyHost): void
  /** A thread was made, perhaps by `parent`, which runs here. It is added next. */
  admit(td: Thread, parent: Thread | undefined): void
  /**
   * Queues a runnable thread: where, is the policy's to say, and to tell that CPU. True when it
   * waits for this CPU, so that the current thread may have to give way to it.
   */
  add(td: Thread, cause: Cause): boolean
  /** Takes the thread that runs next out of the queues; undefined to be idle. */
  choose(): Thread | undefined
  /**
   * What the idle thread does: the CPU is idle, and this is asked whenever it was disturbed and has
   * still nothing to run. A thread that it finds elsewhere and that runs next, if any.
   */
  seek?(): Thread | undefined
  /** See `Executive.idleTurns`. */
  readonly idleTurns?: number
  /** Takes a thread out to run it next, if it is queued on this CPU. */
  claim(td: Thread): boolean
  /** The thread that `choose` gave last waits now, or has ended: it is no longer runnable. */
  sleep(td: Thread): void
  /** Whether somebody queued here should run as well as `td` before it goes on. */
  rivals(td: Thread): boolean
  /** How many threads are queued here. */
  readonly queued: number
  /** A tick has passed, while `current` ran. True when its turn is over. */
  tick(current: Thread | undefined): boolean
  /** What a thread is lent has changed: it reckons its priority anew, and its place in a queue. */
  lend(td: Thread): void
  /** The knobs and statistics, by the names of FreeBSD's sysctl tree. */
  sysctl(): Readonly<Record<string, number | string>>
}
