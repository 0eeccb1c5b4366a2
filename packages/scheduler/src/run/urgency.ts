import type { Cpu } from '@smpnet/machine'
import { NIL } from '@smpnet/memory'
import { WAITER } from '@smpnet/park'
import type { Preemption } from '../preemption/preemption.ts'
import type { Thread } from '../thread/thread.ts'

/**
 * What wakers on other CPUs are told, as words in memory, so that they interrupt a busy CPU only
 * for a thread that it would run at once: how urgent that thread would have to be (`publish`), and
 * how urgent each thread is that waits (`enter`). Both are written only when they have changed.
 */
export class Urgency {
  /** The priority of which the machine knows that it runs. */
  #published = -1

  constructor(
    readonly cpu: Cpu,
    readonly preemption: Preemption,
    /** Whether the policy itself interrupts a CPU where it puts a woken thread. */
    readonly isShared: boolean,
  ) {}

  /** The current thread has this priority from now on. */
  publish({ priority }: Thread): void {
    if (priority === this.#published || this.isShared) return
    this.#published = priority
    this.cpu.interruptBelow(this.preemption.limit(priority, false))
  }

  /** Writes a parked thread's own priority into its entry; a waiter for a lock has done so. */
  enter(td: Thread): void {
    if (td.blockedOn !== NIL || td.ownPriority === td.entered) return
    td.entered = td.ownPriority
    this.cpu.memory.write(td.at + WAITER.offset.own, td.ownPriority)
  }
}
