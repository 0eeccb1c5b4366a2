import { type Address, came, layout, NIL, word } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import {
  expectWaiter,
  ABORTED,
  atOnce,
  awaiting,
  block,
  CHANGED,
  finish,
  FOREVER,
  OF_AN_OWNER,
  type Outcome,
  OWNER_DIED,
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
import { NOBODY } from '../words/names.ts'
import type { Mutex } from '../locks/mutex.ts'
import { type AwaitOptions, checkTimeout, homeOf, type LockOptions } from '../offered/offered.ts'
import { Placed } from '../domain/placed.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

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

const KIND: LockKind = { name: 'condition', code: 7, version: 1, names: NOBODY }
const SLEEPERS = 1
const EVERYBODY = 0x7fffffff

export class Condition extends Placed {
  /** Bytes of a condition in memory, all zero at first. */
  static readonly bytes = CONDITION.size

  /** Places a condition. Throws OutOfMemory, and BadHandle for an address that is not free. */
  static create(domain: SyncDomain, options: Placing = {}): Condition {
    expectDomain(domain, KIND, options)
    return new Condition(domain.memory, placeLock(KIND, domain, Condition.bytes, options), domain)
  }

  /** Opens, in any thread, the condition that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Condition {
    const { domain, at } = openLock(KIND, handle, Condition.bytes)
    return new Condition(domain.memory, at, domain)
  }

  /** Names this condition for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  /**
   * Exits the mutex, sleeps until notified, and enters the mutex again, however it ended: `WOKEN`,
   * `OWNER_DIED` of the mutex, or why it was given up. Nothing wakes it but a notification. The
   * limit is for the sleep, not for entering. Throws LockMisuse unless `td` holds the mutex once.
   */
  wait(td: Waiter, mutex: Mutex, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'condition.wait', 'waitSync, or awaits waitAsync')
    this.#expectMutex(mutex)
    return this.#wait(td, mutex, until)
  }

  *#wait(td: Waiter, mutex: Mutex, until: Until): Waiting<Outcome> {
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
    // What was its notification is not passed on any more when this thread ends.
    if (!wasMoved && !memory.isSimulated) memory.write(td.at + WAITER.offset.want, 0)
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
    expectWaiter(td, 'condition.notify', 'notifySync')
    this.#expectMutex(mutex)
    return this.#notify(td, mutex, 1)
  }

  /** The same for all waiters. */
  notifyAll(td: Waiter, mutex: Mutex): Waiting<number> {
    expectWaiter(td, 'condition.notifyAll', 'notifyAllSync')
    this.#expectMutex(mutex)
    return this.#notify(td, mutex, EVERYBODY)
  }

  /**
   * Waits under a guard of `mutex`, blocking this thread; false when the time is over. Throws
   * LockAbandoned when a holder of the mutex has ended meanwhile; this thread is inside the mutex
   * then, too. With `recover`, that is `true`, and for this thread to mend.
   */
  waitSync(mutex: Mutex, options: LockOptions = {}): boolean {
    checkTimeout(options)
    this.#expectMutex(mutex)
    const { here } = homeOf(this)
    const waiting = this.wait(here, mutex, until(here, options))
    const outcome = options.timeoutMs === 0 ? atOnce(here, waiting) : block(here, waiting)
    return wasNotified(outcome, mutex, options)
  }

  /**
   * Waits in the task that has `guard` of `mutex`; false when the time is over. When the signal is
   * aborted it rejects with its reason, and otherwise as `waitSync`; the task is inside the mutex
   * then, too.
   */
  async waitAsync(
    mutex: Mutex,
    guard: Guard,
    options: AwaitOptions & LockOptions = {},
  ): Promise<boolean> {
    checkTimeout(options)
    this.#expectMutex(mutex)
    expectWaiter(
      guard?.td,
      'condition.wait',
      '`waitAsync(mutex, guard)`, with a guard of the mutex',
    )
    const { td } = guard
    const outcome = await awaiting(td, this.wait(td, mutex, until(td, options)))
    if (outcome === ABORTED) options.signal?.throwIfAborted()
    return wasNotified(outcome, mutex, options)
  }

  /** Wakes the first waiter, from a thread or a task. */
  notifySync(mutex: Mutex): void {
    this.#expectMutex(mutex)
    const { here } = homeOf(this)
    if (!this.tryNotify()) finish(here, this.notify(here, mutex))
  }

  /** Wakes all waiters, from a thread or a task. */
  notifyAllSync(mutex: Mutex): void {
    this.#expectMutex(mutex)
    const { here } = homeOf(this)
    if (!this.tryNotify()) finish(here, this.notifyAll(here, mutex))
  }

  name(): string {
    return `the condition at ${this.at}`
  }

  /**
   * Throws LockMisuse unless it is a mutex of the same domain. Asked before any queue is locked, as
   * what throws under a queue leaves it locked.
   */
  #expectMutex(mutex: unknown): void {
    const found = mutex as Partial<Mutex> | null | undefined
    const isOurs = this.domain === undefined || found?.domain === this.domain
    if (typeof found?.markContested === 'function' && typeof found.at === 'number' && isOurs)
      return
    const other = isOurs ? '' : ', of no such domain,'
    throw new LockMisuse(
      `${this.name()} is waited for under a Mutex of its domain: ${came(mutex)}${other} came`,
    )
  }

  *#notify(td: Waiter, mutex: Mutex, count: number): Waiting<number> {
    const { memory, at } = this
    const { lot } = td
    while (!memory.settled()) yield SETTLE
    if (memory.load(at) === 0) return 0
    yield* lot.lockQueues(at, mutex.at)
    let chain: Address = NIL
    let moved = 0
    // A waiter that was moved to a mutex whose owner is dead, and buried, would be looked for by
    // nobody; it is woken instead, and takes the place of the dead.
    const isHeld = mutex.markContested() && !lot.isDead(mutex.owner())
    if (isHeld) moved = lot.requeue(at, mutex.at, count)
    else chain = lot.take(lot.queueOf(at), at, count)
    if (lot.first(lot.queueOf(at), at) === NIL) memory.store(at, 0)
    lot.unlockQueues(at, mutex.at)
    return moved + (yield* lot.wake(chain))
  }

  *#reenter(td: Waiter, mutex: Mutex): Waiting<Outcome> {
    if (mutex.owner() === td.at) return mutex.isAbandoned() ? OWNER_DIED : WOKEN
    return mutex.tryEnter(td) ? WOKEN : yield* mutex.enter(td)
  }
}

/** What a wait that has come back says; its caller is inside the mutex. */
function wasNotified(outcome: Outcome, mutex: Mutex, { recover }: LockOptions): boolean {
  if (outcome !== OWNER_DIED) return outcome === WOKEN
  if (recover === true) return true
  throw mutex.obituary()
}
