import type { Lot } from '../lot/lot.ts'
import type { Waiting } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'
import { drive } from './drive.ts'

/** What the checker's world offers where threads die; see `deaths` of `@smpnet/interleave`. */
export interface MortalWorld {
  readonly onDeath: (burial: (dead: { readonly number: number }) => void) => void
}

export interface Burying {
  /** How the undertaker's waits are driven: as those of the model's other threads. */
  readonly by?: <T>(td: Waiter, waiting: Waiting<T>) => T
  /** What else is put right when the lot has buried a thread, by its number. */
  readonly more?: (dead: number) => void
}

/**
 * Makes a model mortal: where its exploration has `deaths`, a thread that dies is buried in the lot
 * by the `undertaker`, a waiter that is no other thread's. The model's threads are added in the
 * order of their numbers in the lot, and those that are to live are not `mortal`.
 */
export function buryBy(
  world: MortalWorld,
  undertaker: Waiter,
  { by = drive, more }: Burying = {},
): void {
  const lot = undertaker.lot as Lot
  // A wake that is not on its way after a look or two comes never: each look is a step.
  lot.patience = 2
  world.onDeath(({ number }) => {
    by(undertaker, lot.bury(number))
    more?.(number)
  })
}
