import type { Cpu } from '@smpnet/machine'
import type { Address } from '@smpnet/memory'
import type { Thread } from '../thread/thread.ts'
import { HeldLockSwitches } from './held-lock-switches.ts'
import { QueuedTime } from './queued-time.ts'

/**
 * What the CPUs of an isolate know together: a thread may be woken by one of them, queued on a
 * second and run by a third.
 */
export class WatchedIsolate {
  readonly heldLocks = new HeldLockSwitches()
  readonly queued = new QueuedTime()
  /** When waiters were posted into mailboxes that they are in, by their entries. */
  readonly postedNs = new Map<Address, number>()
  /** When each thread was woken that has not run since. */
  readonly wokenNs = new Map<Thread, number>()
  /** How many CPUs there are so far. */
  cpus = 0
  #lastNs = 0

  /** Whether all CPUs of the machine of `cpu` are in this isolate. */
  seesAll({ cpus }: Cpu): boolean {
    return this.cpus === cpus
  }

  /**
   * The time, never less than before on any CPU: the clock of a simulated CPU that has been idle
   * for long stands where it fell idle.
   */
  nowNs(cpu: Cpu): number {
    this.#lastNs = Math.max(this.#lastNs, cpu.instant?.() ?? cpu.now())
    return this.#lastNs
  }
}
