import { type Address, NIL } from '@smpnet/memory'
import { ownerIn } from '../entry.ts'
import { FOREVER, type Until } from '../until.ts'
import { CHANGED, type Outcome, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'

/**
 * Parks for the lock at `at` while its word is `expected` and the owner that the word names, if it
 * names one, lives: `CHANGED` when not, else as `Lot.park`. A waiter queues itself, then looks
 * whether the owner is dead; an undertaker marks the owner dead, then looks through the queues: one
 * of the two sees the other (Dekker).
 */
export function* parkForOwner(
  td: Waiter,
  at: Address,
  expected: number,
  want: number,
  until: Until = FOREVER,
): Waiting<Outcome> {
  const { lot } = td
  const owner = ownerIn(expected)
  const locked = yield* lot.lockUntil(td, at, until)
  if (locked !== WOKEN) return locked
  const queue = lot.queueOf(at)
  const isHeld = lot.memory.load(at) === expected
  if (isHeld) lot.append(queue, td, at, want)
  const isBereft = isHeld && owner !== NIL && lot.isDead(owner)
  if (isBereft) lot.remove(queue, td)
  else if (isHeld && owner !== NIL) td.blocks(at, owner)
  lot.unlockQueue(queue)
  return isHeld && !isBereft ? yield* lot.sleep(td, until, owner !== NIL) : CHANGED
}
