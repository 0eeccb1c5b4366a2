import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { QUEUED, type Sent } from '../terms/outcome.ts'
import { LockedHandoff } from './locked-handoff.ts'

/**
 * Clear, then look again: OACTIVE is looked at without the driver's lock, as it was, but the
 * driver clears it by a store that every thread sees before the driver looks at the queue. Either
 * the driver sees the packet, which was queued before the sender looked, or the sender sees that
 * OACTIVE is clear. The driver sets OACTIVE when no descriptor is free, under its lock, so that an
 * interrupt is certain to come that clears it.
 */
export class Recheck extends LockedHandoff {
  override *send(td: Waiter, packet: Address): Waiting<Sent> {
    const { memory, driver } = this
    const sent = yield* this.enqueue(td, packet)
    if (sent !== QUEUED) return sent
    while (!memory.settled()) yield SETTLE
    if (memory.load(driver) === 0) yield* this.start(td)
    return QUEUED
  }
}
