import { type Address, CACHE_LINE_BYTES } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { expectMethods, expectWhole } from '../terms/expect.ts'
import type { ManagedPackets } from '../terms/packets.ts'
import type { Sent } from '../terms/outcome.ts'
import { expectShape, expectSite } from './expect-handoff.ts'
import type { Handoff, HandoffCounts, HandoffParts, HandoffShape, HandoffSite } from './handoff.ts'

/** How one of the hand-offs is made that packets are spread over. */
export interface SpreadOver {
  bytes(shape: HandoffShape, parts: HandoffParts): number
  over(site: HandoffSite, parts: HandoffParts): Handoff
}

/**
 * A hand-off for each transmit queue of the device, and packets spread over them by flow, so that
 * those of one flow keep their order: FreeBSD's multi-queue drivers, by `m_pkthdr.flowid`. Senders
 * of different queues share nothing here but the device itself.
 */
export class Spread implements Handoff {
  static bytes(of: SpreadOver, shape: HandoffShape, parts: HandoffParts): number {
    expectShape(shape)
    return shape.queues * stride(of, shape, parts)
  }

  readonly #packets: ManagedPackets
  readonly #all: readonly Handoff[]

  constructor(of: SpreadOver, site: HandoffSite, parts: HandoffParts) {
    expectSite(site)
    const { shape, at, ports, packets } = site
    expectMethods('packets, which are spread by flow', packets, 'flow')
    const bytes = stride(of, shape, parts)
    this.#packets = packets as ManagedPackets
    this.#all = Array.from({ length: shape.queues }, (_, queue) => {
      return of.over({ ...site, at: at + queue * bytes, ports: [ports[queue]!] }, parts)
    })
  }

  send(td: Waiter, packet: Address): Waiting<Sent> {
    return this.#all[this.queueOf(packet)]!.send(td, packet)
  }

  complete(td: Waiter, queue = 0): Waiting {
    expectWhole('queue', queue, 0, this.#all.length - 1)
    return this.#all[queue]!.complete(td)
  }

  *bury(td: Waiter, dead: number): Waiting {
    for (const each of this.#all) yield* each.bury(td, dead)
  }

  queued(): number {
    return this.#all.reduce((sum, each) => sum + each.queued(), 0)
  }

  /** Whether one of them is. */
  isStalled(): boolean {
    return this.#all.some((each) => each.isStalled())
  }

  counts(): HandoffCounts {
    const all = this.#all.map((each) => each.counts())
    const sum = (of: (counts: HandoffCounts) => number) =>
      all.reduce((so, each) => so + of(each), 0)
    return {
      starts: sum(({ starts }) => starts),
      idleStarts: sum(({ idleStarts }) => idleStarts),
      posted: sum(({ posted }) => posted),
      dropped: sum(({ dropped }) => dropped),
    }
  }

  /** The transmit queue that a packet's flow goes out by. */
  queueOf(packet: Address): number {
    return (this.#packets.flow(packet) >>> 0) % this.#all.length
  }
}

function stride(of: SpreadOver, shape: HandoffShape, parts: HandoffParts): number {
  return Math.ceil(of.bytes(shape, parts) / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}
