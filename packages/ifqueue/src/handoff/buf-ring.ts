import { type Address, NIL } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { SoleConsumerRing } from '../rings/buf-ring-consumers.ts'
import { expectMethods } from '../terms/expect.ts'
import { DROPPED, QUEUED, type Sent } from '../terms/outcome.ts'
import { expectShape, expectSite } from './expect-handoff.ts'
import { countStart, DRIVER, driverCounts } from './driver-words.ts'
import type { Handoff, HandoffCounts, HandoffShape, HandoffSite } from './handoff.ts'
import { enterLock, exitLock, type HandoffLock } from './handoff-lock.ts'
import type { TransmitPort } from './transmit-port.ts'

/** Bytes of the lock, in lines of its own. */
export const LOCK_LINES = 128

/**
 * A ring without a lock in the place of the queue, and the driver's lock around its consumer:
 * FreeBSD's buf_ring and drbr_enqueue. A packet takes two swaps to be put and none to be taken, and
 * the driver's pair. OACTIVE is cleared and then looked past again, as in `Recheck`.
 */
export class BufRingHandoff implements Handoff {
  static bytes(shape: HandoffShape): number {
    expectShape(shape)
    const { limit } = shape
    return LOCK_LINES + DRIVER.size + SoleConsumerRing.bytes({ slots: limit })
  }

  readonly #site: HandoffSite
  readonly #lock: HandoffLock
  readonly #driver: Address
  readonly #ring: SoleConsumerRing
  readonly #port: TransmitPort

  constructor(site: HandoffSite) {
    expectSite(site)
    const { memory, at, shape, ports, lock } = site
    expectMethods('the port of a hand-off', ports[0], 'room', 'post', 'flush', 'reclaim')
    this.#site = site
    this.#lock = lock(at, 'network driver')
    this.#driver = at + LOCK_LINES
    this.#ring = new SoleConsumerRing(memory, this.#driver + DRIVER.size, shape.limit)
    this.#port = ports[0] as TransmitPort
  }

  *send(td: Waiter, packet: Address): Waiting<Sent> {
    const { memory } = this.#site
    if (!(yield* this.#ring.put(packet))) {
      memory.add(this.#driver + DRIVER.offset.dropped, 1)
      return DROPPED
    }
    while (!memory.settled()) yield SETTLE
    if (memory.load(this.#driver) !== 0) return QUEUED
    yield* this.#enter(td)
    yield* this.#start(td)
    yield* exitLock(td, this.#lock)
    return QUEUED
  }

  *complete(td: Waiter): Waiting {
    yield* this.#enter(td)
    yield* this.#resume(td)
    yield* exitLock(td, this.#lock)
  }

  *bury(td: Waiter, _dead: number): Waiting {
    yield* this.#enter(td)
    this.#port.flush(td)
    yield* this.#resume(td)
    yield* exitLock(td, this.#lock)
  }

  queued(): number {
    return this.#ring.count
  }

  isStalled(): boolean {
    return this.#site.memory.load(this.#driver) !== 0
  }

  counts(): HandoffCounts {
    return driverCounts(this.#site.memory, this.#driver)
  }

  *#enter(td: Waiter): Waiting {
    yield* enterLock(td, this.#lock, () => {})
  }

  *#resume(td: Waiter): Waiting {
    const { memory } = this.#site
    while (!memory.settled()) yield SETTLE
    this.#port.reclaim(td)
    while (!memory.settled()) yield SETTLE
    memory.store(this.#driver, 0)
    yield* this.#start(td)
  }

  /** Under the driver's lock. */
  *#start(td: Waiter): Waiting {
    const { memory } = this.#site
    const port = this.#port
    let posted = 0
    while (!memory.settled()) yield SETTLE
    let left = memory.load(this.#driver) === 0 ? port.room() : 0
    for (; left > 0; left--) {
      const packet = yield* this.#ring.take()
      if (packet === NIL) break
      port.post(packet)
      posted++
    }
    while (!memory.settled()) yield SETTLE
    if (posted > 0) port.flush(td)
    while (!memory.settled()) yield SETTLE
    if (port.room() === 0) memory.store(this.#driver, 1)
    countStart(memory, this.#driver, posted)
  }
}
