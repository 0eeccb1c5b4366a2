import { came } from '@smpnet/memory'

/** A counter that no clock can be built on; the message names the figure and what was expected. */
export class BadCounter extends RangeError {
  override name = 'BadCounter'
}

/** A counter was asked for by a name under which none is registered. */
export class UnknownCounter extends RangeError {
  override name = 'UnknownCounter'
}

/** A tick rate out of range, or too low for the counter: it would wrap between two ticks. */
export class BadHz extends RangeError {
  override name = 'BadHz'
}

/** A memory that holds no clock page, or one laid out by another version of this package. */
export class ClockPageMismatch extends TypeError {
  override name = 'ClockPageMismatch'
}

/** A thread reads another counter than the one that the clock page was made with. */
export class CounterMismatch extends TypeError {
  override name = 'CounterMismatch'
}

/** A clock id that FreeBSD does not have, or that this thread has no source for. */
export class UnknownClock extends RangeError {
  override name = 'UnknownClock'
}

/** A time, an offset or a duration that cannot be one. */
export class BadTime extends RangeError {
  override name = 'BadTime'
}

/** The largest tick rate that a clock accepts; FreeBSD's own limit is where callouts overflow. */
export const MAX_HZ = 100_000

/** Throws BadHz unless `hz` is a whole number of ticks per second that a clock can have. */
export function checkHz(hz: number): void {
  if (Number.isInteger(hz) && hz >= 1 && hz <= MAX_HZ) return
  throw new BadHz(`hz: expected a whole number from 1 to ${MAX_HZ}, came ${came(hz)}`)
}
