import { layout, word } from '@smpnet/memory'
import {
  expectWaiter,
  CHANGED,
  finish,
  FOREVER,
  isLoopDue,
  loopTurn,
  type Outcome,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { NOBODY } from '../words/names.ts'
import {
  type AwaitOptions,
  checkTimeout,
  homeOf,
  type WaitOptions,
  waitSync,
} from '../offered/offered.ts'
import { waitAsTask } from '../offered/wait-as-task.ts'
import { Placed } from '../domain/placed.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/**
 * An event count (Reed and Kanodia, 1979): a number that only grows, and waiting until it has. It
 * makes any condition waitable without a lock: look at the count, look at the condition, and if it
 * does not hold wait for the count to change; a thread that makes it hold advances the count after.
 *
 * | word        | means                    | wait(seen)           | advance             |
 * |-------------|--------------------------|----------------------|---------------------|
 * | 2c          | count c, none sleeps     | marks WAITERS, parks | CAS to 2(c+1)       |
 * | 2c, WAITERS | count c, some sleep      | parks                | takes all, CAS,     |
 * |             |                          |                      | wakes them          |
 */
export const EVENT_COUNT = layout('event count', {
  /** (x) As above; the count wraps at 2^31. */
  word: word('x'),
})

const KIND: LockKind = { name: 'event count', code: 5, version: 1, names: NOBODY }
const WAITERS = 1
const EVERYBODY = 0x7fffffff

export class EventCount extends Placed {
  /** Bytes of an event count in memory, all zero at first. */
  static readonly bytes = EVENT_COUNT.size

  /** Places an event count. Throws OutOfMemory, and BadHandle for an address that is not free. */
  static create(domain: SyncDomain, options: Placing = {}): EventCount {
    expectDomain(domain, KIND, options)
    return new EventCount(
      domain.memory,
      placeLock(KIND, domain, EventCount.bytes, options),
      domain,
    )
  }

  /** Opens, in any thread, the event count that a handle names. Throws BadHandle if it is none. */
  static open(handle: LockHandle): EventCount {
    const { domain, at } = openLock(KIND, handle, EventCount.bytes)
    return new EventCount(domain.memory, at, domain)
  }

  /** Names this event count for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  /** The count now, to be given to `wait`. */
  read(): number {
    return this.memory.load(this.at) >>> 1
  }

  /** Adds 1 to the count if none waits; else `yield* advance(td)`. */
  tryAdvance(): boolean {
    const { memory, at } = this
    if (!memory.settled()) return false
    const seen = memory.load(at)
    return (seen & WAITERS) === 0 && memory.compareExchange(at, seen, (seen + 2) | 0) === seen
  }

  /** Adds 1 to the count and wakes all that wait. Never parks. */
  advance(td: Waiter): Waiting {
    expectWaiter(td, 'eventCount.advance', 'advanceSync')
    return this.#advance(td)
  }

  *#advance(td: Waiter): Waiting {
    const { memory, at } = this
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(at)
      if (seen & WAITERS) return yield* this.#advanceForAll(td)
      if (memory.compareExchange(at, seen, (seen + 2) | 0) === seen) return
    }
  }

  /**
   * Takes all that wait before the count changes, so that it has not changed for nobody when this
   * thread ends between the two.
   */
  *#advanceForAll(td: Waiter): Waiting {
    const { memory, at } = this
    const { lot } = td
    const queue = yield* lot.lockQueue(at)
    const chain = lot.take(queue, at, EVERYBODY)
    for (let seen = memory.load(at); ; ) {
      const found = memory.compareExchange(at, seen, ((seen & ~WAITERS) + 2) | 0)
      if (found === seen) break
      seen = found
    }
    lot.unlockQueue(queue)
    yield* lot.wake(chain)
  }

  /** Waits until the count is no longer `seen`: `WOKEN`, or why it was given up. */
  wait(td: Waiter, seen: number, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'eventCount.wait', 'waitSync, or awaits waitAsync')
    return this.#wait(td, seen, until)
  }

  *#wait(td: Waiter, seen: number, until: Until): Waiting<Outcome> {
    const { memory, at } = this
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const word = memory.load(at)
      if (word >>> 1 !== seen) return WOKEN
      const marked = word | WAITERS
      if (marked !== word && memory.compareExchange(at, word, marked) !== word) continue
      td.maySleepFor(this)
      const outcome = yield* td.lot.park(td, at, at, marked, until)
      if (outcome !== WOKEN && outcome !== CHANGED) return outcome
    }
  }

  /** Adds 1 to the count, from a thread or a task. */
  advanceSync(): void {
    const { here } = homeOf(this)
    if (!this.tryAdvance()) finish(here, this.advance(here))
  }

  /** Waits, blocking this thread. Throws LockTimeout when the time is over. */
  waitSync(seen: number, options: WaitOptions = {}): void {
    checkTimeout(options)
    const { here } = homeOf(this)
    if (this.read() === seen) this.#waitSync(here, seen, options)
  }

  /** Waits in a task. Rejects with LockTimeout or the signal's reason. */
  async waitAsync(seen: number, options: AwaitOptions = {}): Promise<void> {
    checkTimeout(options)
    if (isLoopDue()) await loopTurn()
    if (this.read() !== seen) return
    await waitAsTask(this, (td, until) => this.wait(td, seen, until), options)
  }

  /** Apart from `waitSync`, which would make an environment for this closure at each call. */
  #waitSync(here: Waiter, seen: number, options: WaitOptions): void {
    waitSync(this, here, (td, until) => this.wait(td, seen, until), options)
  }

  name(): string {
    return `the event count at ${this.at}`
  }
}
