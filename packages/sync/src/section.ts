import { awaiting } from './awaiting.ts'
import { block } from './block.ts'
import { LockMisuse, LockTimeout } from './errors.ts'
import { DISPOSE, type Guard } from './guard.ts'
import { ABORTED, type Outcome, type Waiting, WOKEN } from './wait.ts'
import type { Waiter } from './waiter.ts'

/** What a section needs to be used without saying who waits. `SyncDomain` is one. */
export interface Home {
  /** Who waits when this thread blocks. */
  readonly here: Waiter
  /** A waiter for one task of the event loop, to be given back by it. */
  borrow(): Waiter
  giveBack(td: Waiter): void
}

export interface WaitOptions {
  /** The longest that one wants to wait, from 0; for ever unless told. */
  readonly timeoutMs?: number
}

export interface AwaitOptions extends WaitOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * What is entered, and exited by the one who entered it: a mutex, or one side of a lock that has
 * two. The four methods of a lock are its algorithm, and kernel threads use them directly:
 *
 *     if (!m.tryEnter(td)) yield* m.enter(td)
 *     if (!m.tryExit(td)) yield* m.exit(td)
 *
 * The others offer it to plain threads (`lockSync`) and to tasks of an event loop (`lock`).
 */
export abstract class Section {
  #guard: ThreadGuard | undefined

  constructor(
    /** Where it finds who waits; none when only kernel threads use it. */
    readonly home: Home | undefined,
  ) {}

  /** What messages call it. */
  abstract name(): string
  /** Enters if that is possible at once; else `yield* enter(td)`. */
  abstract tryEnter(td: Waiter): boolean
  /** Enters, waiting as the driver waits: `WOKEN`, or why it was given up. */
  abstract enter(td: Waiter): Waiting<Outcome>
  /** Exits if nobody has to be told; else `yield* exit(td)`. */
  abstract tryExit(td: Waiter): boolean
  /** Exits. Throws LockMisuse unless the caller is inside. Never parks. */
  abstract exit(td: Waiter): Waiting

  /**
   * Enters, blocking this thread: for threads that may block, such as workers.
   * Throws LockTimeout when the time is over, and a RangeError for one that cannot be.
   */
  lockSync(options?: WaitOptions): Guard {
    if (options !== undefined) checkTimeout(options)
    const { here } = this.#home()
    if (!this.tryEnter(here)) this.#enterSync(here, options)
    return (this.#guard ??= new ThreadGuard(this, here))
  }

  /** Enters if that is possible at once; undefined if not. */
  tryLock(): Guard | undefined {
    const { here } = this.#home()
    return this.tryEnter(here) ? (this.#guard ??= new ThreadGuard(this, here)) : undefined
  }

  /** Exits what `lockSync` or `tryLock` entered. Throws LockMisuse if this thread is not inside. */
  unlock(): void {
    this.leave(this.#home().here)
  }

  /**
   * Enters without blocking the event loop, which is kept alive until then. Each call is a task of
   * its own, which others of the same thread exclude as other threads do; its guard is its key.
   * Rejects with LockTimeout, or with the signal's reason.
   */
  async lock(options: AwaitOptions = {}): Promise<Guard> {
    checkTimeout(options)
    options.signal?.throwIfAborted()
    const home = this.#home()
    const td = home.borrow()
    try {
      if (!this.tryEnter(td)) await this.#enterAsync(td, options)
    } catch (error) {
      home.giveBack(td)
      throw error
    }
    return new TaskGuard(this, td, home)
  }

  /** Exits for `td`; for guards. Throws LockMisuse if it is not inside. */
  leave(td: Waiter): void {
    if (!this.tryExit(td)) block(td, this.exit(td))
  }

  #enterSync(td: Waiter, options: WaitOptions | undefined): void {
    td.timeoutMs = options?.timeoutMs ?? Number.POSITIVE_INFINITY
    try {
      const outcome = block(td, this.enter(td))
      if (outcome !== WOKEN) throw this.#timeout(td.timeoutMs)
    } finally {
      td.timeoutMs = Number.POSITIVE_INFINITY
    }
  }

  async #enterAsync(td: Waiter, options: AwaitOptions): Promise<void> {
    td.timeoutMs = options.timeoutMs ?? Number.POSITIVE_INFINITY
    td.signal = options.signal
    try {
      const outcome = await awaiting(td, this.enter(td))
      if (outcome === ABORTED) options.signal?.throwIfAborted()
      if (outcome !== WOKEN) throw this.#timeout(td.timeoutMs)
    } finally {
      td.timeoutMs = Number.POSITIVE_INFINITY
      td.signal = undefined
    }
  }

  #timeout(timeoutMs: number): LockTimeout {
    return new LockTimeout(`${this.name()} was not to be had within ${timeoutMs} ms`)
  }

  #home(): Home {
    if (this.home !== undefined) return this.home
    throw new LockMisuse(
      `${this.name()} was made without a domain, and is used by kernel threads only: ` +
        'it does not know who waits',
    )
  }
}

/** Throws a RangeError for a time that nobody can wait. */
export function checkTimeout({ timeoutMs }: WaitOptions): void {
  if (timeoutMs === undefined || timeoutMs >= 0) return
  throw new RangeError(`timeoutMs: expected 0 or more milliseconds, came ${timeoutMs}`)
}

/** The guard of a thread that entered by itself. It is inside once at most, so one guard serves. */
class ThreadGuard implements Guard {
  constructor(
    readonly section: Section,
    readonly td: Waiter,
  ) {}

  unlock(): void {
    this.section.leave(this.td)
  }

  [DISPOSE](): void {
    this.section.leave(this.td)
  }
}

/** The guard of a task, with the waiter that it entered as. */
class TaskGuard implements Guard {
  #td: Waiter | undefined

  constructor(
    readonly section: Section,
    td: Waiter,
    readonly home: Home,
  ) {
    this.#td = td
  }

  unlock(): void {
    const td = this.#td
    if (td === undefined) {
      throw new LockMisuse(`${this.section.name()} is unlocked once by each guard: this one has`)
    }
    this.section.leave(td)
    this.#td = undefined
    this.home.giveBack(td)
  }

  [DISPOSE](): void {
    this.unlock()
  }
}
