import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { QUEUED, type Sent } from '../terms/outcome.ts'
import { LockedHandoff } from './locked-handoff.ts'

/**
 * IFQ_HANDOFF as FreeBSD had it (net/ifq.h): the packet is queued under the queue's lock, and then
 * OACTIVE is looked at without the driver's, which protects it. "The IFF_DRV_OACTIVE test should
 * really occur in the device driver, not in the handoff logic", says its comment.
 *
 *     sender                              thread of the interrupt
 *     queue: lock, append, unlock         driver: lock
 *     OACTIVE clear? start                free what has gone out
 *                                         clear OACTIVE, and look at the queue: more? start
 *                                         driver: unlock
 *
 * A driver's two steps are a store and a load of different words, which a processor may carry out
 * the other way round: the store waits in its buffer while the load is done. Both sides may then
 * see what was before: the sender OACTIVE, the driver an empty queue, and nobody starts.
 * JavaScript's atomics allow no such thing, so it is written out here in the order in which others
 * see it: first the look, then the clearing.
 */
export class Historical extends LockedHandoff {
  override *send(td: Waiter, packet: Address): Waiting<Sent> {
    const { memory, driver } = this
    const sent = yield* this.enqueue(td, packet)
    if (sent !== QUEUED) return sent
    while (!memory.settled()) yield SETTLE
    if (memory.load(driver) === 0) yield* this.start(td)
    return QUEUED
  }

  protected override *resume(td: Waiter): Waiting {
    const { memory, driver } = this
    while (!memory.settled()) yield SETTLE
    this.port.reclaim(td)
    const isMore = this.waiting() > 0
    // The store waits in its buffer until the line has come; simulated, it takes as long.
    while (!memory.claimed(driver)) yield SETTLE
    memory.store(driver, 0)
    if (isMore) yield* this.startLocked(td)
  }
}
