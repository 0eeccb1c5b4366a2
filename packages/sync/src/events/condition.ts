import { type Address, layout, NIL, word } from '@smpnet/memory'
import {
  ABORTED,
  awaiting,
  block,
  CHANGED,
  finish,
  FOREVER,
  OF_AN_OWNER,
  type Outcome,
  SETTLE,
  type Until,
  until,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import type { Guard } from '../offered/guard.ts'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import type { Mutex } from '../locks/mutex.ts'
import { type AwaitOptions, checkTimeout, homeOf, type WaitOptions } from '../offered/offered.ts'
import { Placed } from '../domain/placed.ts'
import { type Placing, SyncDomain } from '../domain/sync-domain.ts'

/**
 * A condition variable: waiting, under a mutex, until a thread says that what the mutex protects
 * has changed.
 *
 * | word     | means           | wait                          | notify                           |
 * |----------|-----------------|-------------------------------|----------------------------------|
 * | 0        | none sleeps     | queues itself, sets SLEEPERS, | does nothing                     |
 * |          |                 | exits the mutex, sleeps       |                                  |
 * | SLEEPERS | some sleep      | the same                      | moves the first one, or all, to  |
 * |          |                 |                               | the mutex's queue if it is held, |
 * |          |                 |                               | and wakes them if it is free     |
 *
 * A waiter queues itself before it exits the mutex, so that no notification is lost, and none
 * reaches a waiter that began to wait later. Moving instead of waking is what Linux calls requeue
 * and FreeBSD's papers wait morphing: a waiter that was woken while the mutex is held could only
 * sleep again.
 */
export const CONDITION = layout('condition', {
  /** (x) As above; set under the queue's lock, so that it can be looked at without. */
  word: word('x'),
})

const KIND: LockKind = { name: 'condition', code: 7, version: 1 }
const SLEEPERS = 1
const EVERYBODY = 0x7fffffff

export class Condition extends Placed {
  /** Bytes of a condition in memory, all zero at first. */
  static readonly bytes = CONDITION.size

  /** Places a condition. Throws OutOfMemory, and BadHandle for an address that is not free. */
  static create(domain: SyncDomain, options: Placing = {}): Condition {
    return new Condition(domain.memory, domain.place(KIND, Condition.bytes, options), domain)
  }

  /** Opens, in any thread, the condition that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Condition {
    const domain = SyncDomain.open(handle.domain)
    return new Condition(domain.memory, domain.find(KIND, Condition.bytes, handle), domain)
  }

  /** Names this condition for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return SyncDomain.handleOf(this, KIND)
  }

  /**
   * Exits the mutex, sleeps until notified, and enters the mutex again, however it ended: `WOKEN`,
   * `OWNER_DIED` of the mutex, or why it was given up. Nothing wakes it but a notification. The
   * limit is for the sleep, not for entering. Throws LockMisuse unless `td` holds the mutex once.
   */
  *wait(td: Waiter, mutex: Mutex, until: Until = FOREVER): Waiting<Outcome> {
    mutex.assertHeldOnce(td)
    td.maySleepFor(this, mutex.at)
    const { memory, at } = this
    const { lot } = td
    const queue = yield* lot.lockQueue(at)
    memory.store(at, SLEEPERS)
    lot.append(queue, td, at, OF_AN_OWNER)
    lot.unlockQueue(queue)
    if (!mutex.tryExit(td)) yield* mutex.exit(td)
    // A notifier that has ended in its section has notified.
    const slept = yield* lot.sleep(td, until)
    const outcome = slept === CHANGED ? WOKEN : slept
    // A waiter that was moved to the mutex's queue was notified, even if its limit came there.
    const wasMoved = memory.load(td.at + WAITER.offset.key) === mutex.at
    const entered = yield* this.#reenter(td, mutex)
    if (entered !== WOKEN) return entered
    return wasMoved ? WOKEN : outcome
  }

  /** Is done if no waiter waits; else `yield* notify(td, mutex)`, or `notifyAll`. */
  tryNotify(): boolean {
    return this.memory.settled() && this.memory.load(this.at) === 0
  }

  /** Wakes the first waiter, as soon as `mutex`, which all wait with, is free. Never parks. */
  notify(td: Waiter, mutex: Mutex): Waiting<number> {
    return this.#notify(td, mutex, 1)
  }

  /** The same for all waiters. */
  notifyAll(td: Waiter, mutex: Mutex): Waiting<number> {
    return this.#notify(td, mutex, EVERYBODY)
  }

  /** Waits under a guard of `mutex`, blocking this thread; false when the time is over. */
  waitSync(mutex: Mutex, options: WaitOptions = {}): boolean {
    checkTimeout(options)
    const { here } = homeOf(this)
    return block(here, this.wait(here, mutex, until(here, options))) === WOKEN
  }

  /**
   * Waits in the task that has `guard` of `mutex`; false when the time is over. When the signal is
   * aborted it rejects with its reason, and the task is inside the mutex then, too.
   */
  async waitAsync(mutex: Mutex, guard: Guard, options: AwaitOptions = {}): Promise<boolean> {
    checkTimeout(options)
    const { td } = guard
    const outcome = await awaiting(td, this.wait(td, mutex, until(td, options)))
    if (outcome === ABORTED) options.signal?.throwIfAborted()
    return outcome === WOKEN
  }

  /** Wakes the first waiter, from a thread or a task. */
  notifySync(mutex: Mutex): void {
    const { here } = homeOf(this)
    if (!this.tryNotify()) finish(here, this.notify(here, mutex))
  }

  /** Wakes all waiters, from a thread or a task. */
  notifyAllSync(mutex: Mutex): void {
    const { here } = homeOf(this)
    if (!this.tryNotify()) finish(here, this.notifyAll(here, mutex))
  }

  name(): string {
    return `the condition at ${this.at}`
  }

  *#notify(td: Waiter, mutex: Mutex, count: number): Waiting<number> {
    const { memory, at } = this
    const { lot } = td
    while (!memory.settled()) yield SETTLE
    if (memory.load(at) === 0) return 0
    yield* lot.lockQueues(at, mutex.at)
    let chain: Address = NIL
    let moved = 0
    if (mutex.markContested()) moved = lot.requeue(at, mutex.at, count)
    else chain = lot.take(lot.queueOf(at), at, count)
    if (lot.first(lot.queueOf(at), at) === NIL) memory.store(at, 0)
    lot.unlockQueues(at, mutex.at)
    return moved + (yield* lot.wake(chain))
  }

  *#reenter(td: Waiter, mutex: Mutex): Waiting<Outcome> {
    if (mutex.owner() === td.at) return WOKEN
    return mutex.tryEnter(td) ? WOKEN : yield* mutex.enter(td)
  }
}
