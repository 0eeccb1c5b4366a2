import { type Address, came, type Memory } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import {
  expectWaiter,
  CHANGED,
  finish,
  FOREVER,
  isLoopDue,
  loopTurn,
  type LotHandle,
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
  type WaitOptions,
  waitSync,
} from '../offered/offered.ts'
import { waitAsTask } from '../offered/wait-as-task.ts'
import { Placed } from '../domain/placed.ts'
import {
  MAX_PERMITS,
  SEMAPHORE,
  ACCOUNTABLE_SEMAPHORE_KIND as ACCOUNTABLE,
  SEMAPHORE_KIND as KIND,
  SEMAPHORE_WAITERS as WAITERS,
  serve,
} from '../words/semaphore-word.ts'
import { Ledger } from '../words/ledger.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

export interface SemaphoreOptions extends Placing {
  /** The permits that there are in all, from 1 to `MAX_PERMITS`; 1 unless told. */
  readonly permits?: number
  /**
   * Whether those that take permits write down how many, so that the permits of a thread that has
   * ended are there again when it is buried. Then the thread that took permits gives them back.
   * It costs two words for each waiter of the domain, and two stores for each change. False unless
   * told.
   */
  readonly accountable?: boolean
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
    /** What those that have permits write down, if it is accountable. */
    readonly ledger?: Ledger,
  ) {
    super(memory, at, domain)
  }

  /** Places a semaphore with all its permits. Throws a RangeError for a number it cannot have. */
  static create(domain: SyncDomain, options: SemaphoreOptions = {}): Semaphore {
    expectDomain(domain, KIND, options)
    const { permits = 1, accountable = false } = options
    if (!Number.isInteger(permits) || permits < 1 || permits > MAX_PERMITS) {
      throw new RangeError(`permits: expected 1 to ${MAX_PERMITS}, came ${came(permits)}`)
    }
    const kind = accountable ? ACCOUNTABLE : KIND
    const at = placeLock(kind, domain, bytesOf(accountable, domain.lot.handle), options)
    domain.memory.write(at + SEMAPHORE.offset.permits, permits)
    domain.memory.store(at, permits * 2)
    return Semaphore.#of(domain, at, permits, accountable)
  }

  /** Opens, in any thread, the semaphore that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Semaphore {
    const accountable = handle?.kind === ACCOUNTABLE.name
    const { domain, at } = accountable
      ? openLock(ACCOUNTABLE, handle, (_, lot) => bytesOf(true, lot))
      : openLock(KIND, handle, Semaphore.bytes)
    return Semaphore.#of(domain, at, handle.shape['permits'] ?? 1, accountable)
  }

  static #of(domain: SyncDomain, at: Address, permits: number, accountable: boolean): Semaphore {
    const { memory, lot } = domain
    const ledger = accountable ? new Ledger(memory, at + SEMAPHORE.size, lot.handle) : undefined
    return new Semaphore(memory, at, permits, domain, ledger)
  }

  /** Names this semaphore for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    const kind = this.ledger === undefined ? KIND : ACCOUNTABLE
    return handleOf(this, kind, { permits: this.permits })
  }

  /**
   * Takes `count` permits if they are there and none waits; else `yield* acquire(td, count)`. `td`
   * is this thread's own waiter unless told; an accountable semaphore asks for it.
   */
  tryAcquire(count = 1, td?: Waiter): boolean {
    this.#check(count)
    const { memory, at } = this
    if (!memory.owned(at)) return false
    const seen = memory.load(at)
    if (seen & WAITERS || seen < count * 2) return false
    if (this.ledger !== undefined) return this.#tryTake(seen, count, td)
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
        if (this.#counted(td, seen, -count)) return WOKEN
      } else if (seen & WAITERS || this.#replace(seen, seen | WAITERS)) {
        td.maySleepFor(this)
        const outcome = yield* td.lot.park(td, at, at, seen | WAITERS, until, count)
        if (outcome === WOKEN) {
          this.ledger?.receives(td, count)
          return WOKEN
        }
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
  tryRelease(count = 1, td?: Waiter): boolean {
    this.#check(count)
    const { memory, at } = this
    if (!memory.owned(at)) return false
    const seen = memory.load(at)
    if (seen & WAITERS) return false
    this.#checkRoom(seen, count)
    if (this.ledger !== undefined) return this.#tryGive(seen, count, td)
    return memory.compareExchange(at, seen, seen + count * 2) === seen
  }

  /** Gives `count` permits back, and on to waiters. Never parks. */
  release(td: Waiter, count = 1): Waiting {
    expectWaiter(td, 'semaphore.release', 'releaseSync')
    return this.#release(td, count)
  }

  *#release(td: Waiter, count: number): Waiting {
    this.#check(count)
    this.#checkHeld(td, count)
    for (;;) {
      while (!this.memory.settled()) yield SETTLE
      const seen = this.memory.load(this.at)
      if (seen & WAITERS) {
        if (yield* this.#give(td, count)) return
      } else {
        this.#checkRoom(seen, count)
        while (!this.memory.claimed(this.at)) yield SETTLE
        if (this.#counted(td, seen, count)) return
      }
    }
  }

  /** Takes permits, blocking this thread. Throws LockTimeout when the time is over. */
  acquireSync(count = 1, options: WaitOptions = {}): void {
    checkTimeout(options)
    const { here } = homeOf(this)
    if (!this.tryAcquire(count, here)) this.#acquireSync(here, count, options)
  }

  /** Takes permits in a task. Rejects with LockTimeout or the signal's reason. */
  async acquireAsync(count = 1, options: AwaitOptions = {}): Promise<void> {
    checkTimeout(options)
    if (isLoopDue()) await loopTurn()
    options.signal?.throwIfAborted()
    if (this.tryAcquire(count)) return
    const { ledger } = this
    const begins = (td: Waiter, until: Until) => this.acquire(td, count, until)
    if (ledger === undefined) return void (await waitAsTask(this, begins, options))
    // The permits are this thread's, of whose tasks any may give them back.
    const { here } = homeOf(this)
    await waitAsTask(
      this,
      (td, until) => movedTo(here, ledger, td, count, begins(td, until)),
      options,
    )
  }

  /** Gives permits back, from a thread or a task. Throws LockMisuse for more than there are. */
  releaseSync(count = 1): void {
    const { here } = homeOf(this)
    if (!this.tryRelease(count, here)) finish(here, this.release(here, count))
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
    const { ledger } = this
    ledger?.begins(td)
    const seen = yield* serve(td, this.at, count, this.permits)
    const isGiven = (seen & WAITERS) !== 0 && (seen >>> 1) + count <= this.permits
    ledger?.ends(td, isGiven ? -count : 0)
    if ((seen & WAITERS) === 0) return false
    this.#checkRoom(seen, count)
    return true
  }

  #tryTake(seen: number, count: number, td = homeOf(this).here): boolean {
    return this.#counted(td, seen, -count)
  }

  #tryGive(seen: number, count: number, td = homeOf(this).here): boolean {
    this.#checkHeld(td, count)
    return this.#counted(td, seen, count)
  }

  /** Changes the permits that are there by `more`, and notes that `td` has so many fewer. */
  #counted(td: Waiter, seen: number, more: number): boolean {
    const { ledger } = this
    ledger?.begins(td)
    const isDone = this.#replace(seen, seen + more * 2)
    ledger?.ends(td, isDone ? -more : 0)
    return isDone
  }

  /** Throws LockMisuse when `td` of an accountable semaphore has not so many. */
  #checkHeld(td: Waiter, count: number): void {
    const held = this.ledger?.heldBy(td.at) ?? count
    if (held >= count) return
    throw new LockMisuse(
      `${this.name()} is accountable: permits are released by the thread that has them, which ` +
        `has ${held}, ${came(count)} came`,
    )
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

function bytesOf(accountable: boolean, lot: LotHandle): number {
  return Semaphore.bytes + (accountable ? Ledger.bytes(lot) : 0)
}

/** What a task's waiter gets, as it gets it, is its thread's. */
function* movedTo(
  here: Waiter,
  ledger: Ledger,
  td: Waiter,
  count: number,
  waiting: Waiting<Outcome>,
): Waiting<Outcome> {
  const outcome = yield* waiting
  if (outcome === WOKEN) ledger.moves(td, here, count)
  return outcome
}
