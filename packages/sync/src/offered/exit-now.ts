import { finish, type Waiter, type Waiting } from '@smpnet/park'

/** The half of a lock by which it is exited. */
export interface Exitable<Td extends Waiter = Waiter> {
  tryExit(td: Td): boolean
  exit(td: Td): Waiting<unknown>
}

/**
 * Exits a lock in plain code. Where a waiter has to be told, it is: to exit never parks. A kernel
 * thread that is woken so and is more urgent runs when the caller yields next. In simulated time
 * for a caller that has settled: see `finish`.
 */
export function exitNow<Td extends Waiter>(td: Td, lock: Exitable<Td>): void {
  if (!lock.tryExit(td)) finish(td, lock.exit(td))
}
