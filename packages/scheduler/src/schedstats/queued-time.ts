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
 * For how long at least one thread was queued on any CPU of an isolate: runnable and not running,
 * be it in a run queue or still in a mailbox, where its CPU has not seen yet that it was woken.
 * A CPU that falls idle notes this time, and again when it runs: the difference is the time that it
 * was idle beside queued work.
 */
export class QueuedTime {
  readonly #queued = new Set<Thread>()
  readonly #posted = new Set<Address>()
  #lastNs = 0
  #sumNs = 0

  queue(td: Thread, nowNs: number): void {
    this.receive(td.at, nowNs)
    this.#queued.add(td)
  }

  post(entry: Address, nowNs: number): void {
    this.upTo(nowNs)
    this.#posted.add(entry)
  }

  /** A waiter was woken, perhaps through a mailbox. */
  receive(entry: Address, nowNs: number): void {
    this.upTo(nowNs)
    this.#posted.delete(entry)
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
    if (this.#queued.size + this.#posted.size > 0) this.#sumNs += nowNs - this.#lastNs
    this.#lastNs = nowNs
    return this.#sumNs
  }
}
