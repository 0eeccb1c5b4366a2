import { NO_CPU } from '../entry.ts'
import type { Lot } from '../lot/lot.ts'
import { Waiter } from '../lot/waiter.ts'

/**
 * A waiter of a model. Its clock stands still: whether a limit comes before a wake is a choice that
 * the checker makes, both ways, and no matter of how long the host takes for a step. It does not
 * spin before it sleeps, and it polls without naps, which could go on for ever: that a poll finds
 * nothing new is what the checker knows to skip.
 */
export class StillWaiter extends Waiter {
  override spins = 0
  override polls = Number.POSITIVE_INFINITY

  /** Of `lot`, with an entry of its own. */
  static of(lot: Lot): StillWaiter {
    return new StillWaiter(lot, lot.claimEntry(NO_CPU))
  }

  override now(): number {
    return 0
  }
}
