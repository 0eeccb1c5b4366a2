import { finish } from '@smpnet/park'
import type { Countable, Thread } from '@smpnet/scheduler'

/**
 * Exits a lock in plain code. Where a waiter has to be told, it is: to exit never parks. A thread
 * that is woken so and is more urgent runs when the caller yields next. For live machines.
 */
export function exitNow(td: Thread, lock: Countable): void {
  if (!lock.tryExit(td)) finish(td, lock.exit(td))
}
