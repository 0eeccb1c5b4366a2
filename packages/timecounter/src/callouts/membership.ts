import type { Address } from '@smpnet/memory'
import { CALLOUT, EXPIRED, latestOf, NOWHERE, PENDING, RUNNING } from './callout.ts'
import type { Wheel } from './wheel.ts'

/*
 * Where a callout is linked, by its state. All of it is plain code under the lock of the wheel that
 * the callout is with.
 */

/** Puts a callout into a bucket. True when its wheel wants its next interrupt earlier now. */
export function insert(wheel: Wheel, callout: Address): boolean {
  wheel.insert(callout)
  const latest = latestOf(wheel.memory, callout)
  if (latest >= wheel.nextNs()) return false
  wheel.setNext(latest)
  return true
}

/** Takes a callout out of its list, or forgets where it was to move. Whether it was set. */
export function unset(wheel: Wheel, callout: Address, state: number): boolean {
  if ((state & PENDING) === 0) return false
  const target = callout + CALLOUT.offset.target
  if ((state & EXPIRED) !== 0) wheel.removeExpired(callout)
  else if (wheel.memory.read(target) === NOWHERE) wheel.remove(callout)
  else wheel.memory.write(target, NOWHERE)
  return true
}

/** Takes a due callout out of its list, to run its function: it is RUNNING, and nothing else. */
export function begin(wheel: Wheel, callout: Address, isExpired: boolean): void {
  if (isExpired) wheel.removeExpired(callout)
  else wheel.remove(callout)
  wheel.add('fired', 1)
  wheel.memory.store(callout + CALLOUT.offset.state, RUNNING)
}
