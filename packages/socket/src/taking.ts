import { type Address, NIL } from '@smpnet/memory'
import type { Waiter } from '@smpnet/park'

/**
 * Wakes one waiter of each of two keys, NIL for none, in a section that has published what they
 * wait for and so cannot give up. `held` is a queue that the caller holds, or NIL, and is let go.
 * True when a waiter that was woken should run before the caller goes on.
 */
export function wakeBoth(td: Waiter, held: Address, one: Address, other: Address): boolean {
  const first = takeHeld(td, held, one)
  const second = takeHeld(td, held, other)
  if (held !== NIL) td.lot.unlockQueue(held)
  const preempts = wake(td, held, one, first)
  return wake(td, held, other, second) || preempts
}

function takeHeld({ lot }: Waiter, held: Address, key: Address): Address {
  const isHeld = held !== NIL && key !== NIL && lot.queueOf(key) === held
  return isHeld ? lot.take(held, key, 1) : NIL
}

function wake(td: Waiter, held: Address, key: Address, chain: Address): boolean {
  if (key === NIL) return false
  const isTaken = td.lot.queueOf(key) === held
  return td.lot.wakeNow(isTaken ? chain : takeFromAny(td, key))
}

/**
 * The same for a queue that was not held before: it is spun for, since another thread holds it for
 * a few instructions only. Throws an Error if that thread has ended there. In simulated time no
 * thread yields while it holds a queue, so that there is nothing to spin for.
 */
function takeFromAny({ lot }: Waiter, key: Address): Address {
  const queue = lot.lockQueueNow(key)
  const chain = lot.take(queue, key, 1)
  lot.unlockQueue(queue)
  return chain
}
