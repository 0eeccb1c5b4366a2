import type { Thread } from '../thread/thread.ts'
import type { CpuGroup } from './cpu-groups.ts'
import type { RunQueueLine } from '../policy/run-queue-line.ts'
import type { ThreadQueues } from './thread-queues.ts'

/** One CPU of ULE, as placement and balancing see it. */
export interface UleCpu {
  /** Its place among the CPUs of its policy. */
  readonly index: number
  readonly line: RunQueueLine
  readonly queues: ThreadQueues
  readonly groups: readonly CpuGroup[]
  /** Gives a queued thread to another CPU. */
  give(td: Thread, to: UleCpu): void
  /** Takes a thread that another CPU gives. */
  receive(td: Thread): void
}
