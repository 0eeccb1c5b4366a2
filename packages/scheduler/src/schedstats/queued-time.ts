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
 * For how long at least one thread was queued, runnable and not running, on any CPU of an isolate.
 * A CPU that falls idle notes this time, and again when it runs: the difference is the time that it
 * was idle beside queued work.
 */
export class QueuedTime {
  readonly #queued = new Set<Thread>()
  #lastNs = 0
  #sumNs = 0

  queue(td: Thread, nowNs: number): void {
    this.upTo(nowNs)
    this.#queued.add(td)
  }

  switched(
    to: Thread | undefined,
    from: Thread | undefined,
    why: SwitchReason,
    nowNs: number,
  ): void {
    this.upTo(nowNs)
    if (from?.alive && GIVES_WAY.has(why)) this.#queued.add(from)
    if (to !== undefined) this.#queued.delete(to)
  }

  /** The whole of it until `nowNs`, which is not before any other time that came. */
  upTo(nowNs: number): number {
    if (this.#queued.size > 0) this.#sumNs += nowNs - this.#lastNs
    this.#lastNs = nowNs
    return this.#sumNs
  }
}
