import { type Address, NIL } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { PacketList } from '../discipline/packet-list.ts'
import { DRIVER } from './driver-words.ts'
import { enterLock } from './handoff-lock.ts'
import type { HandoffSite } from './handoff.ts'
import { Recheck } from './recheck.ts'

/**
 * Bulk dequeue: the driver takes up to `bulk` packets under one holding of the queue's lock, into a
 * list of its own, FreeBSD's IFQ_DRV_DEQUEUE and ifq_drv_maxlen. With B at a time a packet takes
 * 2 + 1/B pairs of locks, where it takes three one by one; B comes to more than one only when
 * packets queue, that is under load. All else is `Recheck`.
 */
export class Bulk extends Recheck {
  readonly #own: PacketList
  readonly #held: Address

  constructor(site: HandoffSite, lockBytes: number, queueBytes: number) {
    super(site, lockBytes, queueBytes)
    this.#own = new PacketList(this.memory, this.driver + DRIVER.offset.first, site.packets)
    this.#held = this.driver + DRIVER.offset.held
  }

  override queued(): number {
    return this.queue.shown() + this.memory.load(this.#held)
  }

  protected override waiting(): number {
    return this.memory.load(this.#held) + this.queue.shown()
  }

  protected override *take(td: Waiter): Waiting<Address> {
    const { memory } = this
    if (memory.load(this.#held) === 0) yield* this.#fill(td)
    const packet = this.#own.take()
    if (packet !== NIL) memory.store(this.#held, memory.load(this.#held) - 1)
    return packet
  }

  protected override repair(): void {
    this.memory.store(this.#held, this.#own.mend().length)
  }

  /** Up to `bulk` packets. What is in the list counts when it is: a thread may die in between. */
  *#fill(td: Waiter): Waiting {
    const { memory, bulk } = this
    yield* enterLock(td, this.queueLock, () => this.queue.mend())
    for (let count = 1; count <= bulk; count++) {
      const packet = this.takeNow()
      if (packet === NIL) break
      this.#own.append(packet)
      memory.store(this.#held, count)
    }
    yield* this.exitQueue(td)
  }
}
