import type { Address } from '@smpnet/memory'
import { EVENT, GOOD, ipv4Output, IPV4_HEADER_BYTES, REASON, type Reason } from '@smpnet/inet'
import { DROPPED, type Outcome } from '@smpnet/netisr'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { NetTools } from '../tools/net-tools.ts'
import { IP_OUTPUT } from '../terms/prices.ts'
import type { Way } from '../tools/way.ts'

/** Of `tryRoute`: the lock of the addresses is not to be had just now. */
export const LOCKED = -1

/** Sends what the protocols have made: finds the route, puts the IPv4 header before it. */
export class IpOutput {
  constructor(readonly tools: NetTools) {}

  /**
   * Finds the way to `way.ip.destination`: its link, and a source address where there is none yet.
   * GOOD, `ips_noroute`, or LOCKED.
   */
  tryRoute(td: Thread, way: Way): Reason {
    const { addressLock } = this.tools.parts
    if (!addressLock.tryRead(td)) return LOCKED
    const verdict = this.#route(way)
    addressLock.endReadNow(td)
    return verdict
  }

  /** The same for a thread that may wait: GOOD or `ips_noroute`. */
  *route(td: Thread, way: Way): Waiting<Reason> {
    const { addressLock } = this.tools.parts
    yield* addressLock.read(td)
    const verdict = this.#route(way)
    yield* addressLock.endRead(td)
    return verdict
  }

  /** Puts the header before a packet that has a route. Plain code. */
  prepend(packet: Address, way: Way): Reason {
    const { mbufs, links } = this.tools.parts
    return ipv4Output(mbufs, packet, way.ip, links[way.link]!)
  }

  /** Undoes `prepend`: the header is behind the packet's first byte then. */
  trim(packet: Address): void {
    this.tools.parts.mbufs.trimFront(packet, IPV4_HEADER_BYTES)
  }

  /** Hands a packet with its header to its link. */
  tryTransmit(td: Thread, packet: Address, way: Way): Outcome {
    return this.tools.parts.links[way.link]!.tryOutput(td, packet)
  }

  transmit(td: Thread, packet: Address, way: Way): Waiting<Outcome> {
    return this.tools.parts.links[way.link]!.output(td, packet)
  }

  /** Sends a packet that begins with a header of its own, such as an answer, in any case. */
  *sendWhole(td: Thread, packet: Address, way: Way): Waiting {
    const { tools } = this
    tools.memory.charge(IP_OUTPUT, 1)
    const verdict = yield* this.route(td, way)
    if (verdict !== GOOD) return yield* tools.drop(td, packet, verdict)
    tools.count(td, EVENT.ips_localout)
    const outcome = yield* this.transmit(td, packet, way)
    if (outcome === DROPPED) yield* tools.parts.mbufs.free(td, packet)
  }

  #route(way: Way): Reason {
    const { interfaces } = this.tools.parts
    const route = interfaces.route(way.ip.destination)
    if (route === 0) return way.ip.refuse(REASON.ips_noroute, 0, way.ip.destination)
    way.link = interfaces.linkOf(route)
    if (way.ip.source === 0) way.ip.source = interfaces.sourceOf(route)
    return GOOD
  }
}
