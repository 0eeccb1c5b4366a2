/**
 * How long a wait may take.
 *
 * A call makes its limit once, before it waits for the first time, and hands it down as the last
 * argument of every generator that may park:
 *
 *     const limit = until(td, { timeoutMs: 20 })
 *     outcome = yield* mutex.enter(td, limit)
 *
 * The limit is a point in time and not a length of time, so that a call that parks more than once
 * is over when its caller said, without any arithmetic: a waiter that was woken for nothing, or
 * that has lost the lock to another thread, parks again with the same limit. And it is an argument,
 * not a field of the waiter that is set and set back: a wait inside another wait, or one that was
 * left half-way, changes nothing for the others.
 *
 * The waiter carries the limit of one sleep only, from the lot that yields `PARK` to the driver
 * that is resumed by it (`Waiter.limit`). A clock is read when a limit is made and when a driver
 * sleeps, and only if the limit has an end.
 */
export interface Until {
  /** When the wait is to be given up, on the clock of the waiter (`Waiter.now`), or Infinity. */
  readonly deadlineMs: number
  /** Ends the wait early. Only a driver that serves an event loop can hear of it. */
  readonly signal?: AbortSignal | undefined
}

/** What a caller says of the longest that it wants to wait. */
export interface WaitLimits {
  /** Milliseconds from now on, at least 0; without end unless told. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The clock by which a waiter's time passes; the waiter is it. */
export interface WaitClock {
  now(): number
}

/** A wait without end. */
export const FOREVER: Until = { deadlineMs: Number.POSITIVE_INFINITY, signal: undefined }

/** The limit of a wait that begins now. Reads the clock if there is a time to count from it. */
export function until(td: WaitClock, { timeoutMs, signal }: WaitLimits): Until {
  const isTimed = timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY
  if (isTimed) return { deadlineMs: td.now() + timeoutMs, signal }
  return signal === undefined ? FOREVER : { deadlineMs: Number.POSITIVE_INFINITY, signal }
}

/** Whether a wait can be given up at all. */
export function isLimited({ deadlineMs, signal }: Until): boolean {
  return deadlineMs !== Number.POSITIVE_INFINITY || signal !== undefined
}

/** Milliseconds that are left, at least 0. Reads the clock only if the limit has an end. */
export function leftMs(td: WaitClock, { deadlineMs }: Until): number {
  if (deadlineMs === Number.POSITIVE_INFINITY) return deadlineMs
  return Math.max(0, deadlineMs - td.now())
}
