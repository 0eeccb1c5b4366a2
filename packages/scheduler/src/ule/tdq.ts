import type { Cpu } from '@smpnet/machine'
import { RunQueueLine } from '../policy/run-queue-line.ts'
import { MAX_PRIORITY } from '../thread/priority.ts'
import type { Thread } from '../thread/thread.ts'
import { ThreadQueues } from './thread-queues.ts'
import { uleTdSched } from './ule-td-sched.ts'

/**
 * What the lock of one CPU's run queue protects: FreeBSD's struct tdq. The queues are JavaScript
 * objects that all CPUs of a simulated machine reach; each change is made under the lock, at one
 * instant, and leaves in the line what other CPUs look at without it (tdq_load, tdq_lowpri).
 */
export class Tdq {
  readonly queues = new ThreadQueues()
  readonly line: RunQueueLine
  /** The thread that runs here. */
  current: Thread | undefined

  constructor(cpu: Cpu) {
    this.line = new RunQueueLine(cpu, `run queue of CPU ${cpu.id}`)
  }

  /** Queues a thread, which is `more` to the load: tdq_add. */
  add(td: Thread, isFirst: boolean, more: number): void {
    this.#change(() => {
      this.queues.add(td, isFirst)
      if (more > 0) this.line.setLoad(this.line.load + more)
    })
  }

  /** Takes a queued thread, if it is still queued, to run it. */
  run(td: Thread): void {
    this.#change(() => {
      if (uleTdSched(td).queue !== undefined) this.queues.remove(td)
      this.current = td
    })
  }

  /** The thread that runs waits or has ended: tdq_load_rem. */
  sleep(): void {
    this.current = undefined
    this.#change(() => this.line.setLoad(this.line.load - 1))
  }

  /** Takes a queued thread out for another CPU. */
  remove(td: Thread): void {
    this.#change(() => {
      this.queues.remove(td)
      this.line.setLoad(this.line.load - 1)
    })
  }

  /** Queues a thread anew whose priority is worked out anew: sched_thread_priority. */
  requeue(td: Thread): void {
    this.#change(() => {
      this.queues.remove(td)
      td.reckonPriority()
      this.queues.add(td, false)
    })
  }

  #change(how: () => void): void {
    this.line.lock()
    how()
    const queued = this.queues.first()?.priority ?? MAX_PRIORITY
    this.line.setLowest(Math.min(queued, this.current?.priority ?? MAX_PRIORITY))
    this.line.unlock()
  }
}
