import { type Address, NIL } from '@smpnet/memory'
import type { Lot } from '../lot/lot.ts'
import type { Waiting } from '../wait.ts'
import { Seats } from '../lot/seats.ts'
import { BUCKET } from '../lot/wait-queues.ts'
import type { Waiter } from '../lot/waiter.ts'
import { drive } from './drive.ts'

/** What the model checker's world offers where threads die; see `deaths` of `@smpnet/interleave`. */
export interface MortalWorld {
  readonly onDeath: (burial: (dead: { readonly number: number }) => void) => void
  readonly acceptsStuck: (isAccepted: () => boolean) => void
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
  let hasDied = false
  // A wake that is not on its way after a look or two comes never: each look is a step.
  lot.patience = 2
  world.onDeath(({ number }) => {
    hasDied = true
    by(undertaker, lot.bury(number))
    more?.(number)
  })
  world.acceptsStuck(() => hasDied && isQueueLocked(lot))
}

/**
 * What is not promised yet: a thread that dies while it has a queue of the lot locked leaves it so,
 * and those that need that queue wait for ever. When it is promised, this goes, and its use above.
 */
function isQueueLocked({ handle, memory }: Lot): boolean {
  const queues = handle.at + handle.threads * Seats.bytes
  for (let i = 0; i < handle.buckets; i++) {
    const bucket: Address = queues + i * BUCKET.size
    if (memory.load(bucket + BUCKET.offset.lock) !== NIL) return true
  }
  return false
}
