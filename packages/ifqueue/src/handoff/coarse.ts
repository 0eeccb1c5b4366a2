import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { QUEUED, type Sent } from '../terms/outcome.ts'
import { exitLock } from './handoff-lock.ts'
import type { HandoffSite } from './handoff.ts'
import { LockedHandoff } from './locked-handoff.ts'

/**
 * One lock for the queue and the driver: a packet takes it once, where the hand-off of two locks
 * takes them three times. There is no race, as there is nothing between queueing and starting; and
 * no sender queues while another writes descriptors.
 */
export class Coarse extends LockedHandoff {
  constructor(site: HandoffSite, lockBytes: number, queueBytes: number) {
    super(site, lockBytes, queueBytes, true)
  }

  override *send(td: Waiter, packet: Address): Waiting<Sent> {
    yield* this.enterDriver(td)
    const sent = this.enqueueNow(packet)
    while (!this.memory.settled()) yield SETTLE
    this.queue.publish()
    if (sent === QUEUED && !this.isStalled()) yield* this.startLocked(td)
    yield* exitLock(td, this.driverLock)
    return sent
  }

  /** The caller of a start has the lock already. */
  protected override *take(): Waiting<Address> {
    const packet = this.takeNow()
    while (!this.memory.settled()) yield SETTLE
    this.queue.publish()
    return packet
  }

  protected override repair(): void {
    this.queue.mend()
  }
}
