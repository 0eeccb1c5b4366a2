import { type Address, NIL } from '@smpnet/memory'
import { LockAbandoned, LockMisuse, LockTimeout } from '../errors.ts'
import {
  expectWaiter,
  finish,
  isLoopDue,
  loopTurn,
  type Outcome,
  OWNER_DIED,
  type Until,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { type Guard, TaskGuard, ThreadGuard } from './guard.ts'
import {
  type AwaitOptions,
  checkTimeout,
  type Home,
  homeOf,
  type LockOptions,
  type Named,
  waitAsync,
  waitSync,
} from './offered.ts'

/**
 * What a waiter enters, and exits itself: a mutex, or one side of a lock that has two. The four
 * methods of a lock are its algorithm, and kernel threads use them directly:
 *
 *     if (!m.tryEnter(td)) yield* m.enter(td)
 *     if (!m.tryExit(td)) yield* m.exit(td)
 *
 * The others offer it to plain threads (`lockSync`) and to tasks of an event loop (`lock`).
 */
export abstract class Section implements Named {
  #guard: ThreadGuard | undefined

  /** Whether its holder may sleep inside, in FreeBSD's sense: of an sx lock. For witness. */
  readonly isSleepable: boolean = false

  constructor(
    /** Where it finds the waiter of its caller; none when only kernel threads use it. */
    readonly home: Home | undefined,
  ) {}

  /** What messages call it. */
  abstract name(): string
  /** Enters if that is possible at once; else `yield* enter(td)`. */
  abstract tryEnter(td: Waiter): boolean
  /** Enters, waiting as the driver waits: `WOKEN`, or why it was given up. */
  abstract enter(td: Waiter, until?: Until): Waiting<Outcome>
  /** Exits if no waiter has to be told; else `yield* exit(td)`. */
  abstract tryExit(td: Waiter): boolean
  /** Exits. Throws LockMisuse unless the caller is inside. Never parks. */
  abstract exit(td: Waiter): Waiting

  /**
   * Enters, blocking this thread: for threads that may block, such as workers.
   * Throws LockTimeout when the time is over, LockAbandoned, and a RangeError for no time;
   * LockMisuse when a task of this thread is inside, which could not exit; CannotBlock where none
   * may block.
   */
  lockSync(options?: LockOptions): Guard {
    if (options !== undefined) checkTimeout(options)
    const { here } = homeOf(this)
    if (!this.tryEnter(here)) this.#enterSync(here, options)
    return this.entered(here)
  }

  /**
   * Enters if that is possible at once; undefined if not. Throws LockAbandoned when a holder has
   * ended inside, and nobody else is; with `recover`, it enters then.
   */
  tryLock(options?: Pick<LockOptions, 'recover'>): Guard | undefined {
    const { here } = homeOf(this)
    return this.tryEnter(here) ? this.entered(here) : this.#tryBereft(options)
  }

  /** Exits what `lockSync` or `tryLock` entered. Throws LockMisuse if this thread is not inside. */
  unlock(): void {
    this.leave(homeOf(this).here)
  }

  /**
   * Enters without blocking the event loop, which is kept alive until then and has its turns. Each
   * call is a task of its own, which others of the same thread exclude as other threads do; its
   * guard is its key. Rejects with LockTimeout, with LockAbandoned, or with the signal's reason.
   */
  async lock(options: AwaitOptions & LockOptions = {}): Promise<Guard> {
    checkTimeout(options)
    if (isLoopDue()) return this.#lockAfterTurn(options)
    options.signal?.throwIfAborted()
    const home = homeOf(this)
    const td = home.borrow()
    try {
      if (!this.tryEnter(td)) {
        const outcome = await waitAsync(this, td, (td, until) => this.enter(td, until), options)
        if (outcome === OWNER_DIED && options.recover !== true) throw this.#refuse(td)
      }
    } catch (error) {
      home.giveBack(td)
      throw error
    }
    return new TaskGuard(this, td, home)
  }

  /** Exits for `td`; for guards. Throws LockMisuse if it is not inside. */
  leave(td: Waiter): void {
    this.#exitNow(td)
  }

  /** What to throw because a holder has ended inside; a lock that knows it says which. */
  obituary(): LockAbandoned {
    return new LockAbandoned(`the holder of ${this.name()} has ended inside`, 0, 0)
  }

  /** Whether a holder has ended inside and nobody holds it now: for those that only try. */
  isBereft(): boolean {
    return false
  }

  /** Enters what is bereft; undefined when it is not, or when another was faster. */
  #tryBereft(options: LockOptions = {}): Guard | undefined {
    checkTimeout(options)
    if (!this.isBereft()) return undefined
    try {
      return this.lockSync({ ...options, timeoutMs: 0 })
    } catch (error) {
      if (error instanceof LockTimeout) return undefined
      throw error
    }
  }

  /** Apart from `lock`, which is to have as little to remember as can be. */
  async #lockAfterTurn(options: AwaitOptions & LockOptions): Promise<Guard> {
    await loopTurn()
    return this.lock(options)
  }

  /** Apart from `lockSync`, which would make an environment for this closure at each call. */
  #enterSync(here: Waiter, options: LockOptions | undefined): void {
    if (options?.timeoutMs === undefined) this.#expectNotOurs(here)
    const outcome = waitSync(this, here, (td, until) => this.enter(td, until), options)
    if (outcome === OWNER_DIED && options?.recover !== true) throw this.#refuse(here)
  }

  #refuse(td: Waiter): LockAbandoned {
    const error = this.obituary()
    // Not `leave`: it has not been noted yet that this thread is inside.
    this.#exitNow(td)
    return error
  }

  #exitNow(td: Waiter): void {
    if (!this.tryExit(td)) finish(td, this.exit(td))
  }

  /** The waiter that is inside and keeps all others out, or NIL. */
  holder(): Address {
    return NIL
  }

  /** Throws LockMisuse when a task of this thread is inside: it cannot exit while this blocks. */
  #expectNotOurs(here: Waiter): void {
    const holder = this.holder()
    const { lot } = here
    if (holder === NIL || holder === here.at || lot.threadOf(holder) !== lot.cpu) return
    if (lot.isDead(holder)) return
    throw new LockMisuse(
      `${this.name()} is held by a task of this thread, which cannot exit while this thread ` +
        'blocks for it: `await lock()` instead, or unlock its guard before',
    )
  }

  /** Exits without exiting: `guard` was moved to another section of the same lock, as `to`. */
  handOn(guard: Guard, to: Section): Guard {
    expectWaiter(guard?.td, 'section.handOn', 'upgradeSync or downgradeSync')
    if (guard instanceof TaskGuard) return guard.moveTo(to)
    this.left(guard.td)
    return to.entered(guard.td)
  }

  /** Notes that this thread, which is `here`, is inside. */
  protected entered(here: Waiter): Guard {
    return (this.#guard ??= new ThreadGuard(this, here))
  }

  /** Notes that `td` is no longer inside, or throws LockMisuse because it was not. */
  protected left(_td: Waiter): void {}
}
