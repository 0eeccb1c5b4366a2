import type { Cpu } from '@smpnet/machine'
import type { Address } from '@smpnet/memory'
import type { Thread } from '../thread/thread.ts'
import { CpuSchedstats } from './cpu-schedstats.ts'
import { HeldLockSwitches } from './held-lock-switches.ts'
import { QueuedTime } from './queued-time.ts'

/**
 * Counts what wakeups lead to, as Linux's schedstats do and by what happens alone, not by the name
 * of any thread or lock: whether the woken thread runs straight into a lock that the preempted one
 * holds, how long it waits for a CPU, and whether CPUs are idle meanwhile. See `WakeupFigures`.
 *
 * The CPUs of an isolate have one, given to each scheduler as `schedstats`: a thread may be woken by
 * one CPU, queued on a second and run by a third. It charges nothing to a simulated machine, whose
 * runs are the same with it and without.
 */
export class Schedstats {
  readonly heldLocks = new HeldLockSwitches()
  readonly queued = new QueuedTime()
  /** When waiters were posted into mailboxes that they are in, by their entries. */
  readonly postedNs = new Map<Address, number>()
  /** When each thread was woken that has not run since. */
  readonly wokenNs = new Map<Thread, number>()
  #cpus = 0
  #lastNs = 0

  /** What observes a CPU, which is idle so far. Once for each. */
  on(cpu: Cpu): CpuSchedstats {
    this.#cpus++
    return new CpuSchedstats(cpu, this)
  }

  /** Whether all CPUs of the machine of `cpu` are observed by this. */
  seesAll({ cpus }: Cpu): boolean {
    return this.#cpus === cpus
  }

  /**
   * The time, never less than before on any CPU: what happens at one instant may cost a simulated
   * CPU some cycles, and the next CPU to act may be those behind.
   */
  nowNs(cpu: Cpu): number {
    this.#lastNs = Math.max(this.#lastNs, cpu.instant?.() ?? cpu.now())
    return this.#lastNs
  }
}
