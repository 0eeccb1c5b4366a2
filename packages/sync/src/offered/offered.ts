import { came, expectMethods } from '@smpnet/memory'
import {
  ABORTED,
  atOnce,
  awaiting,
  block,
  type Outcome,
  TIMED_OUT,
  type Until,
  until,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { LockMisuse, LockTimeout } from '../errors.ts'

/** What a lock needs to be used without naming a waiter. `SyncDomain` is a home. */
export interface Home {
  /** The waiter of this thread, when it blocks. */
  readonly here: Waiter
  /** A waiter for one task of the event loop, to be given back by it. */
  borrow(): Waiter
  giveBack(td: Waiter): void
}

export interface WaitOptions {
  /** The longest that the caller wants to wait, from 0; for ever unless told. */
  readonly timeoutMs?: number
}

export interface LockOptions extends WaitOptions {
  /**
   * Whether a mutex whose holder has ended inside is entered all the same, by a caller that will
   * mend what it protects and then `recover` it; without this, LockAbandoned is thrown.
   */
  readonly recover?: boolean
}

export interface AwaitOptions extends WaitOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Something that can be waited for, and what messages call it. */
export interface Named {
  name(): string
  readonly home: Home | undefined
}

/** The home of a lock that plain threads use. Throws LockMisuse if the lock has none. */
export function homeOf(what: Named): Home {
  if (what.home !== undefined) return what.home
  throw new LockMisuse(
    `${what.name()} was made without a domain, and is used by kernel threads only: ` +
      'it does not know who waits',
  )
}

/**
 * Throws a RangeError for what is no time to wait, a TypeError for other options that cannot be.
 */
export function checkTimeout(options: AwaitOptions): void {
  if (typeof options !== 'object' || options === null) throw noOptions(options)
  const { timeoutMs, signal } = options
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw new RangeError(`timeoutMs: expected 0 or more milliseconds, came ${came(timeoutMs)}`)
  }
  if (signal !== undefined) expectMethods('signal', signal, SIGNAL)
}

const SIGNAL = ['throwIfAborted', 'addEventListener', 'removeEventListener']

function noOptions(options: unknown): TypeError {
  return new TypeError(
    `a wait's options are an object, such as { timeoutMs: 5 }: ${came(options)} came`,
  )
}

/** Begins a wait of `td`, which is given up by `until`. */
export type BeginWait = (td: Waiter, until: Until) => Waiting<Outcome>

/**
 * Waits as `td`, blocking this thread, until what `begin` began has ended, and says how. Throws
 * LockTimeout when the time was over first, and a RangeError for a time that cannot be.
 */
export function waitSync(
  what: Named,
  td: Waiter,
  begin: BeginWait,
  options: WaitOptions = {},
): Outcome {
  checkTimeout(options)
  const waiting = begin(td, until(td, options))
  const outcome = options.timeoutMs === 0 ? atOnce(td, waiting) : block(td, waiting)
  if (outcome === TIMED_OUT) throw timedOut(what, options)
  return outcome
}

/**
 * Waits as `td` until what `begin` began has ended, with the event loop running and alive, and says
 * how. Rejects with LockTimeout, or with the signal's reason.
 */
export async function waitAsync(
  what: Named,
  td: Waiter,
  begin: BeginWait,
  options: AwaitOptions,
): Promise<Outcome> {
  const outcome = await awaiting(td, begin(td, until(td, options)))
  if (outcome === ABORTED) options.signal?.throwIfAborted()
  if (outcome === TIMED_OUT) throw timedOut(what, options)
  return outcome
}

function timedOut(what: Named, { timeoutMs }: WaitOptions): LockTimeout {
  return new LockTimeout(`${what.name()} was not to be had within ${timeoutMs} ms`)
}
