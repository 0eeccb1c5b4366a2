import { type Address, NIL } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { BUF_RING } from '../rings/buf-ring.ts'
import { SoleConsumerRing } from '../rings/buf-ring-consumers.ts'
import { expectMethods } from '../terms/expect.ts'
import { DROPPED, QUEUED, type Sent } from '../terms/outcome.ts'
import { expectShape, expectSite } from './expect-handoff.ts'
import { countStart, DRIVER, driverCounts } from './driver-words.ts'
import type { Handoff, HandoffCounts, HandoffShape, HandoffSite } from './handoff.ts'
import type { TransmitPort } from './transmit-port.ts'

/** Of the drain, when no thread has it. */
const IDLE = 0
const STALLED = -1
const ABDICATED = -2
/** Of a holder: descriptors have become free since it has looked. */
const AGAIN = 1

/** What a thread's number is as a holder: even, and above the others. */
function holderOf(cpu: number): number {
  return (cpu + 1) << 1
}

/**
 * A ring without a lock whose producers drain it themselves, or leave it to the holder of the
 * drain:
 * iflib's mp_ring with its abdication. One word says who drains:
 *
 * | drain          | means                      | a sender, having put | interrupt's thread   |
 * |----------------|----------------------------|----------------------|----------------------|
 * | IDLE           | nobody does                | swaps itself in      | swaps itself in      |
 * | ABDICATED      | its holder has done enough | swaps itself in      | swaps itself in      |
 * | STALLED        | the device is full         | leaves               | swaps itself in      |
 * | holder         | it does                    | leaves               | adds AGAIN, leaves   |
 * | holder + AGAIN | and looks at all once more | leaves               | leaves               |
 *
 * A holder that finds the ring empty swaps itself for IDLE, and then looks at the ring again: a
 * sender that left before saw the holder, so that its packet is seen now. One that finds no free
 * descriptor swaps itself for STALLED, and one that has given the device `bulk` packets, and is a
 * sender with other things to do, for ABDICATED: the next sender takes over. In both cases packets
 * are with the device, whose interrupt is certain to come. Where AGAIN was added in between the
 * swap fails, and the holder looks at all once more.
 *
 * Of N senders at once one takes four atomic operations and the others two, with no lock to wait
 * for. A holder that dies is known by its number, and its undertaker drains in its place.
 */
export class Abdicate implements Handoff {
  static bytes(shape: HandoffShape): number {
    expectShape(shape)
    const { limit } = shape
    return DRIVER.size + SoleConsumerRing.bytes({ slots: limit })
  }

  readonly #site: HandoffSite
  readonly #drain: Address
  readonly #ring: SoleConsumerRing
  readonly #port: TransmitPort
  readonly #budget: number

  constructor(site: HandoffSite) {
    expectSite(site)
    const { memory, at, shape, ports } = site
    expectMethods('the port of a hand-off', ports[0], 'room', 'post', 'flush', 'reclaim')
    this.#site = site
    this.#drain = at + DRIVER.offset.state
    this.#ring = new SoleConsumerRing(memory, at + DRIVER.size, shape.limit)
    this.#port = ports[0] as TransmitPort
    this.#budget = shape.bulk
  }

  *send(td: Waiter, packet: Address): Waiting<Sent> {
    const { memory, at } = this.#site
    if (!(yield* this.#ring.put(packet))) {
      memory.add(at + DRIVER.offset.dropped, 1)
      return DROPPED
    }
    const me = holderOf(td.cpu)
    while (!memory.settled()) yield SETTLE
    const seen = memory.load(this.#drain)
    const isFree = seen === IDLE || seen === ABDICATED
    if (isFree && (yield* this.#become(me, seen))) yield* this.#work(td, me)
    return QUEUED
  }

  *complete(td: Waiter): Waiting {
    const { memory } = this.#site
    const me = holderOf(td.cpu)
    for (;;) {
      while (!memory.claimed(this.#drain)) yield SETTLE
      const seen = memory.load(this.#drain)
      const isFree = seen <= IDLE
      const next = isFree ? me : seen | AGAIN
      if (memory.compareExchange(this.#drain, seen, next) !== seen) continue
      if (isFree) yield* this.#work(td, me)
      return
    }
  }

  *bury(td: Waiter, dead: number): Waiting {
    const { memory } = this.#site
    const me = holderOf(td.cpu)
    while (!memory.claimed(this.#drain)) yield SETTLE
    const seen = memory.load(this.#drain)
    if (seen < IDLE || (seen & ~AGAIN) !== holderOf(dead)) return yield* this.complete(td)
    // Nobody takes it from a holder; an AGAIN that comes in between is heeded by the work.
    memory.store(this.#drain, me)
    this.#port.flush(td)
    yield* this.#work(td, me)
  }

  queued(): number {
    return this.#ring.count
  }

  isStalled(): boolean {
    return this.#site.memory.load(this.#drain) !== IDLE
  }

  counts(): HandoffCounts {
    return driverCounts(this.#site.memory, this.#site.at)
  }

  /** Drains as the holder, until the drain is somebody else's, or nobody's and there is nothing. */
  *#work(td: Waiter, me: number): Waiting {
    let isHolder = true
    while (isHolder) {
      const next = yield* this.#move(td)
      const hasLeft = yield* this.#leave(me, next)
      if (!hasLeft) continue
      if (next !== IDLE || this.#isEmpty()) return
      isHolder = yield* this.#become(me, IDLE)
    }
  }

  /** Moves packets to the device, and says what the drain is then. */
  *#move(td: Waiter): Waiting<number> {
    const { memory, at } = this.#site
    const port = this.#port
    while (!memory.settled()) yield SETTLE
    port.reclaim(td)
    let [posted, isEmpty] = [0, false]
    while (!isEmpty && posted < this.#budget && port.room() > 0) {
      const packet = yield* this.#ring.take()
      isEmpty = packet === NIL
      if (isEmpty) break
      port.post(packet)
      posted++
    }
    while (!memory.settled()) yield SETTLE
    if (posted > 0) port.flush(td)
    countStart(memory, at, posted)
    if (isEmpty) return IDLE
    return port.room() > 0 ? ABDICATED : STALLED
  }

  /**
   * Whether no sender has said that it put something. One that has put, and not said so yet, looks
   * at the drain after that; what it put may have been taken before it says so.
   */
  #isEmpty(): boolean {
    const { memory } = this.#site
    const { at } = this.#ring
    const head = memory.load(at + BUF_RING.offset.head)
    return ((memory.load(at + BUF_RING.offset.tail) - head) | 0) <= 0
  }

  /** From the holder to `next`; false, and the holder is so still, when there is AGAIN. */
  *#leave(me: number, next: number): Waiting<boolean> {
    const { memory } = this.#site
    while (!memory.claimed(this.#drain)) yield SETTLE
    if (memory.compareExchange(this.#drain, me, next) === me) return true
    while (!memory.claimed(this.#drain)) yield SETTLE
    memory.store(this.#drain, me)
    return false
  }

  *#become(me: number, from: number): Waiting<boolean> {
    const { memory } = this.#site
    while (!memory.claimed(this.#drain)) yield SETTLE
    return memory.compareExchange(this.#drain, from, me) === from
  }
}
