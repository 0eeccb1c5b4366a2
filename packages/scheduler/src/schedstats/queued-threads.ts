import type { Address } from '@smpnet/memory'
import {
  HANDED_OFF,
  OWED,
  PREEMPTED,
  RELINQUISH,
  REMOTE,
  type SwitchReason,
  TURN_OVER,
} from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'
import type { IdleTimeline } from './idle-timeline.ts'

/** For these reasons a thread leaves its CPU without waiting: it is queued, unless it has ended. */
const GIVES_WAY: ReadonlySet<SwitchReason> = new Set([
  HANDED_OFF,
  OWED,
  PREEMPTED,
  RELINQUISH,
  REMOTE,
  TURN_OVER,
])

/**
 * Which threads of an isolate are queued, and since when: runnable and not running, be it in a run
 * queue or still in a mailbox, where its CPU has not seen yet that the thread was woken. A thread
 * that another CPU takes at once is queued for no time, though that CPU's clock may be behind.
 */
export class QueuedThreads {
  readonly #queued = new Map<Thread, number>()
  /** By the entries of waiters that are in mailboxes. */
  readonly #posted = new Map<Address, number>()

  constructor(readonly timeline: IdleTimeline) {}

  queue(td: Thread, nowNs: number): void {
    if (this.#queued.has(td)) return
    this.#queued.set(td, nowNs)
    this.timeline.changes(1, nowNs)
  }

  switched(
    to: Thread | undefined,
    from: Thread | undefined,
    why: SwitchReason,
    nowNs: number,
  ): void {
    if (from?.alive && GIVES_WAY.has(why)) this.queue(from, nowNs)
    if (to !== undefined) this.runs(to, nowNs)
  }

  runs(td: Thread, nowNs: number): void {
    const sinceNs = this.#queued.get(td)
    if (sinceNs === undefined) return
    this.#queued.delete(td)
    this.timeline.changes(-1, Math.max(sinceNs, nowNs))
  }

  post(entry: Address, nowNs: number): void {
    if (this.#posted.has(entry)) return
    this.#posted.set(entry, nowNs)
    this.timeline.changes(1, nowNs)
  }

  /** A waiter came out of a mailbox; since when it was there. */
  fetch(entry: Address, nowNs: number): number {
    const sinceNs = this.#posted.get(entry)
    if (sinceNs === undefined) return nowNs
    this.#posted.delete(entry)
    this.timeline.changes(-1, Math.max(sinceNs, nowNs))
    return sinceNs
  }
}
