import { type Address, came, type Memory } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
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
import type { LockHandle } from '../words/lock-kind.ts'
import {
  type AwaitOptions,
  checkTimeout,
  homeOf,
  waitAsTask,
  type WaitOptions,
  waitSync,
} from '../offered/offered.ts'
import { Placed } from '../domain/placed.ts'
import {
  MAX_PERMITS,
  SEMAPHORE,
  SEMAPHORE_KIND as KIND,
  SEMAPHORE_WAITERS as WAITERS,
  serve,
} from '../words/semaphore-word.ts'
import { expectDomain } from '../domain/expect-domain.ts'
import { type Placing, SyncDomain } from '../domain/sync-domain.ts'

export interface SemaphoreOptions extends Placing {
  /** The permits that there are in all, from 1 to `MAX_PERMITS`; 1 unless told. */
  readonly permits?: number
}

/**
 * A weighted semaphore: a number of permits, of which any thread takes some and gives some back.
 *
 * | word        | means                     | acquire(n)        | release(n)            |
 * |-------------|---------------------------|-------------------|-----------------------|
 * | 2p          | p permits, none sleeps    | CAS to 2(p-n), or | CAS to 2(p+n)         |
 * |             |                           | marks WAITERS     |                       |
 * | 2p, WAITERS | p permits, not enough for | parks             | gives to sleepers, in |
 * |             | the first that sleeps     |                   | order, what they want |
 *
 * It is fair: a waiter that comes while others sleep goes behind them, so that a waiter that wants
 * many permits is not passed for ever by others that want one. The waker of a sleeper gives it its
 * permits. When the first in the queue gives up, those behind it may be served: it sees to that
 * itself, and if it has ended, its undertaker does.
 */
export class Semaphore extends Placed {
  /** Bytes of a semaphore in memory; a word of zero has no permits until `release`. */
  static readonly bytes = SEMAPHORE.size

  /** The semaphore whose word is at `at`, of which there are `permits` permits in all. */
  constructor(
    memory: Memory,
    at: Address,
    readonly permits: number,
    domain?: SyncDomain,
  ) {
    super(memory, at, domain)
  }

  /** Places a semaphore with all its permits. Throws a RangeError for a number it cannot have. */
  static create(domain: SyncDomain, options: SemaphoreOptions = {}): Semaphore {
    expectDomain(domain, KIND, options)
    const { permits = 1 } = options
    if (!Number.isInteger(permits) || permits < 1 || permits > MAX_PERMITS) {
      throw new RangeError(`permits: expected 1 to ${MAX_PERMITS}, came ${came(permits)}`)
    }
    const at = domain.place(KIND, Semaphore.bytes, options)
    domain.memory.store(at, permits * 2)
    return new Semaphore(domain.memory, at, permits, domain)
  }

  /** Opens, in any thread, the semaphore that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Semaphore {
    const { domain, at } = SyncDomain.openLock(KIND, handle, Semaphore.bytes)
    return new Semaphore(domain.memory, at, handle.shape['permits'] ?? 1, domain)
  }

  /** Names this semaphore for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return SyncDomain.handleOf(this, KIND, { permits: this.permits })
  }

  /** Takes `count` permits if they are there and none waits; else `yield* acquire(td, count)`. */
  tryAcquire(count = 1): boolean {
    this.#check(count)
    const { memory, at } = this
    if (!memory.owned(at)) return false
    const seen = memory.load(at)
    if (seen & WAITERS || seen < count * 2) return false
    return memory.compareExchange(at, seen, seen - count * 2) === seen
  }

  /** Takes `count` permits: `WOKEN`, or why it was given up. Throws RangeError for a bad count. */
  acquire(td: Waiter, count = 1, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'semaphore.acquire', 'acquireSync, or awaits acquireAsync')
    return this.#acquire(td, count, until)
  }

  *#acquire(td: Waiter, count: number, until: Until): Waiting<Outcome> {
    this.#check(count)
    const { memory, at } = this
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(at)
      while (!memory.claimed(at)) yield SETTLE
      if ((seen & WAITERS) === 0 && seen >= count * 2) {
        if (this.#replace(seen, seen - count * 2)) return WOKEN
      } else if (seen & WAITERS || this.#replace(seen, seen | WAITERS)) {
        td.maySleepFor(this)
        const outcome = yield* td.lot.park(td, at, at, seen | WAITERS, until, count)
        if (outcome === WOKEN) return WOKEN
        if (outcome === CHANGED) continue
        yield* serve(td, at)
        return outcome
      }
    }
  }

  /**
   * Gives `count` permits back if none waits; else `yield* release(td, count)`. Throws LockMisuse
   * when there would be more than there are.
   */
  tryRelease(count = 1): boolean {
    this.#check(count)
    const { memory, at } = this
    if (!memory.owned(at)) return false
    const seen = memory.load(at)
    if (seen & WAITERS) return false
    this.#checkRoom(seen, count)
    return memory.compareExchange(at, seen, seen + count * 2) === seen
  }

  /** Gives `count` permits back, and on to waiters. Never parks. */
  release(td: Waiter, count = 1): Waiting {
    expectWaiter(td, 'semaphore.release', 'releaseSync')
    return this.#release(td, count)
  }

  *#release(td: Waiter, count: number): Waiting {
    this.#check(count)
    for (;;) {
      while (!this.memory.settled()) yield SETTLE
      const seen = this.memory.load(this.at)
      if (seen & WAITERS) {
        if (yield* this.#give(td, count)) return
      } else {
        this.#checkRoom(seen, count)
        while (!this.memory.claimed(this.at)) yield SETTLE
        if (this.#replace(seen, seen + count * 2)) return
      }
    }
  }

  /** Takes permits, blocking this thread. Throws LockTimeout when the time is over. */
  acquireSync(count = 1, options: WaitOptions = {}): void {
    checkTimeout(options)
    const { here } = homeOf(this)
    if (!this.tryAcquire(count)) this.#acquireSync(here, count, options)
  }

  /** Takes permits in a task. Rejects with LockTimeout or the signal's reason. */
  async acquireAsync(count = 1, options: AwaitOptions = {}): Promise<void> {
    checkTimeout(options)
    if (isLoopDue()) await loopTurn()
    options.signal?.throwIfAborted()
    if (this.tryAcquire(count)) return
    await waitAsTask(this, (td, until) => this.acquire(td, count, until), options)
  }

  /** Gives permits back, from a thread or a task. Throws LockMisuse for more than there are. */
  releaseSync(count = 1): void {
    const { here } = homeOf(this)
    if (!this.tryRelease(count)) finish(here, this.release(here, count))
  }

  /** Permits that are there now. */
  available(): number {
    return this.memory.load(this.at) >>> 1
  }

  name(): string {
    return `the semaphore at ${this.at}`
  }

  /** Apart from `acquireSync`, which would make an environment for this closure at each call. */
  #acquireSync(here: Waiter, count: number, options: WaitOptions): void {
    waitSync(this, here, (td, until) => this.acquire(td, count, until), options)
  }

  /** False, and nothing done, when no waiter sleeps any more. */
  *#give(td: Waiter, count: number): Waiting<boolean> {
    const seen = yield* serve(td, this.at, count, this.permits)
    if ((seen & WAITERS) === 0) return false
    this.#checkRoom(seen, count)
    return true
  }

  #replace(seen: number, value: number): boolean {
    return this.memory.compareExchange(this.at, seen, value) === seen
  }

  #check(count: number): void {
    if (Number.isInteger(count) && count >= 1 && count <= this.permits) return
    throw new RangeError(`count: expected 1 to ${this.permits} permits, came ${came(count)}`)
  }

  #checkRoom(seen: number, count: number): void {
    if ((seen >>> 1) + count <= this.permits) return
    throw new LockMisuse(
      `${this.name()} has ${this.permits} permits in all: ${seen >>> 1} are there, ` +
        `${came(count)} came`,
    )
  }
}
