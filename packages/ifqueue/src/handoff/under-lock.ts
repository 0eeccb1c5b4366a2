import type { Address } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { QUEUED, type Sent } from '../terms/outcome.ts'
import { LockedHandoff } from './locked-handoff.ts'

/**
 * The test under the driver's lock, where the comment of `IFQ_HANDOFF` wants it: every sender
 * enters the driver, which looks at its OACTIVE itself. No order of steps can go wrong, and a
 * sender pays for the driver's lock also when the driver can do nothing.
 */
export class UnderLock extends LockedHandoff {
  override *send(td: Waiter, packet: Address): Waiting<Sent> {
    const sent = yield* this.enqueue(td, packet)
    if (sent === QUEUED) yield* this.start(td)
    return sent
  }
}
