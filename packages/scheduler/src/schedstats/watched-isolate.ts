import type { Cpu } from '@smpnet/machine'
import type { Thread } from '../thread/thread.ts'
import { HeldLockSwitches } from './held-lock-switches.ts'
import { IdleTimeline } from './idle-timeline.ts'
import { QueuedThreads } from './queued-threads.ts'

/**
 * What the CPUs of an isolate know together: a thread may be woken by one of them, queued on a
 * second and run by a third.
 */
export class WatchedIsolate {
  readonly heldLocks = new HeldLockSwitches()
  readonly timeline = new IdleTimeline()
  readonly queued = new QueuedThreads(this.timeline)
  /** When each thread was woken that has not run since. */
  readonly wokenNs = new Map<Thread, number>()
  /** How many CPUs there are so far. */
  cpus = 0

  /** Whether all CPUs of the machine of `cpu` are in this isolate. */
  seesAll({ cpus }: Cpu): boolean {
    return this.cpus === cpus
  }
}
