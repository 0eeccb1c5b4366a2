import { LAST_TIMESHARE } from '../thread/priority.ts'
import { QUEUES, RunQueue } from '../policy/run-queue.ts'
import type { Thread } from '../thread/thread.ts'
import { FIRST_BATCH, uleTdSched } from './ule-td-sched.ts'

const BATCH_PRIORITIES = LAST_TIMESHARE - FIRST_BATCH + 1

/**
 * The run queues of one CPU: for threads that come first, that share time, and that come last (tdq
 * of sched_ule.c).
 *
 * Threads that share time stand in a calendar, a ring of queues. Each thread is put as many queues
 * behind `insertAt` as its priority tells, and the CPU takes from `removeAt`, which moves on when
 * that queue is empty. `insertAt` moves at every tick once `removeAt` has caught up. So no thread
 * starves: it is at most a ring away from its turn, and no other can be put before it for ever.
 */
export class ThreadQueues {
  readonly realtime = new RunQueue()
  readonly calendar = new RunQueue()
  readonly idle = new RunQueue()
  #insertAt = 0
  #removeAt = 0

  get length(): number {
    return this.realtime.length + this.calendar.length + this.idle.length
  }

  /** Queues a thread: again, when it was interrupted in its turn, or borrows to be served now. */
  add(td: Thread, isFirst: boolean): void {
    const { priority } = td
    const isBatch = priority >= FIRST_BATCH && priority <= LAST_TIMESHARE
    const queue = isBatch ? this.calendar : priority < FIRST_BATCH ? this.realtime : this.idle
    uleTdSched(td).queue = queue
    if (!isBatch) {
      if (isFirst) queue.prepend(td)
      else queue.append(td)
    } else if (isFirst) queue.prepend(td, this.#removeAt)
    else queue.append(td, this.#slot(priority))
  }

  remove(td: Thread): void {
    const ts = uleTdSched(td)
    ts.queue!.remove(td)
    if (ts.queue === this.calendar) this.#moveOn()
    ts.queue = undefined
  }

  /** The thread that is next; it stays queued. */
  first(): Thread | undefined {
    return this.realtime.first() ?? this.calendar.firstFrom(this.#removeAt) ?? this.idle.first()
  }

  /**
   * The thread that another CPU may take: the second that is not pinned, since the first will run
   * here soon, or else the first.
   */
  stealable(): Thread | undefined {
    let first: Thread | undefined
    const fits = (td: Thread): boolean => {
      if (td.pinned) return false
      const isSecond = first !== undefined
      first ??= td
      return isSecond
    }
    const second =
      this.realtime.find(fits) ?? this.calendar.find(fits, this.#removeAt) ?? this.idle.find(fits)
    return second ?? first
  }

  /** Whether a thread here should run as well as `td`. */
  rivals(td: Thread): boolean {
    if (this.realtime.rivals(td)) return true
    if (td.priority < FIRST_BATCH) return false
    return this.calendar.length > 0 || (td.priority > LAST_TIMESHARE && this.idle.rivals(td))
  }

  /** A tick: the calendar goes on if all threads that were due had their turn. */
  tick(): void {
    if (this.#insertAt !== this.#removeAt) return
    this.#insertAt = (this.#insertAt + 1) % QUEUES
    this.#moveOn()
  }

  #moveOn(): void {
    if (this.#insertAt !== this.#removeAt && this.calendar.isEmptyAt(this.#removeAt)) {
      this.#removeAt = (this.#removeAt + 1) % QUEUES
    }
  }

  /** Never behind the threads that are being served, or that queue would never be done. */
  #slot(priority: number): number {
    const behind = Math.floor((QUEUES * (priority - FIRST_BATCH)) / BATCH_PRIORITIES)
    const slot = (this.#insertAt + behind) % QUEUES
    const wouldJoin = this.#insertAt !== this.#removeAt && slot === this.#removeAt
    return wouldJoin ? (slot + QUEUES - 1) % QUEUES : slot
  }
}
