import { type Address, NIL } from '@smpnet/memory'
import { PARKED, SLEEPING, WAITER } from '../entry.ts'
import type { Lot } from '../lot/lot.ts'
import type { LotHandle } from '../lot/lot-shape.ts'
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
  world.acceptsStuck(() => hasDied && isNotPromised(lot))
}

/**
 * What is not promised yet, and leaves those that live waiting for ever. A thread that dies while
 * it has a queue of the lot locked leaves that locked; one that dies when it has taken a waiter out
 * of its queue, and has not woken it yet, leaves that waiter asleep in no queue. When these are
 * promised, this goes, and its use above.
 */
function isNotPromised(lot: Lot): boolean {
  return isQueueLocked(lot) || isTakenAndNotWoken(lot)
}

function isQueueLocked({ handle, memory }: Lot): boolean {
  for (let i = 0; i < handle.buckets; i++) {
    if (memory.load(bucketOf(handle, i) + BUCKET.offset.lock) !== NIL) return true
  }
  return false
}

/** Whether a waiter sleeps that stands in no queue. */
function isTakenAndNotWoken({ handle, memory }: Lot): boolean {
  const queued = new Set<Address>()
  for (let i = 0; i < handle.buckets; i++) {
    let entry = memory.read(bucketOf(handle, i) + BUCKET.offset.head)
    for (; entry !== NIL; entry = memory.read(entry + WAITER.offset.next)) queued.add(entry)
  }
  const entries = bucketOf(handle, handle.buckets)
  for (let i = 0; i < handle.waiters; i++) {
    const entry = entries + i * WAITER.size
    const state = memory.load(entry + WAITER.offset.state)
    if ((state === PARKED || state === SLEEPING) && !queued.has(entry)) return true
  }
  return false
}

function bucketOf({ at, threads }: LotHandle, index: number): Address {
  return at + threads * Seats.bytes + index * BUCKET.size
}
