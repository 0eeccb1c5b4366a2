import type { Address } from '@smpnet/memory'
import { EVENT, GOOD, ipv4Input, PROBLEM, PROTOCOL, REASON } from '@smpnet/inet'
import type { Handler } from '@smpnet/netisr'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { NetTools } from '../tools/net-tools.ts'
import { IP_INPUT } from '../terms/prices.ts'
import type { UdpInput } from '../udp/udp-input.ts'
import type { Way } from '../tools/way.ts'
import type { IcmpInput } from './icmp-input.ts'
import type { ErrorAnswers } from '../output/error-answers.ts'

/** What netisr does with an IPv4 packet: ip_input. It runs in a worker's or a sender's thread. */
export class IpInput implements Handler {
  constructor(
    readonly tools: NetTools,
    readonly udp: UdpInput,
    readonly icmp: IcmpInput,
    readonly errors: ErrorAnswers,
  ) {}

  /** The usual packet, in plain code: a good UDP datagram for a socket of this host. */
  tryInput(thread: Waiter, packet: Address): boolean {
    const { tools } = this
    const td = thread as Thread
    if (!tools.mayHandleInOneGo(td)) return false
    const { way } = tools
    const { ip } = way
    if (ipv4Input(tools.parts.mbufs, packet, ip) !== GOOD) return false
    if (ip.protocol !== PROTOCOL.udp || !this.#tryIsLocal(td, ip.destination)) return false
    return this.udp.tryInput(td, packet, way)
  }

  *input(thread: Waiter, packet: Address): Waiting {
    const { tools } = this
    const td = thread as Thread
    const way = tools.ways.take()
    try {
      tools.memory.charge(IP_INPUT, 1)
      tools.count(td, EVENT.ips_total)
      const verdict = ipv4Input(tools.parts.mbufs, packet, way.ip)
      if (verdict !== GOOD) return yield* tools.drop(td, packet, verdict)
      yield* this.#handOn(td, packet, way)
    } finally {
      tools.ways.giveBack(way)
    }
  }

  *#handOn(td: Thread, packet: Address, way: Way): Waiting {
    const { tools } = this
    const { ip } = way
    const isLocal = yield* tools.isLocal(td, ip.destination)
    if (!isLocal) return yield* tools.drop(td, packet, REASON.ips_noroute)
    tools.count(td, EVENT.ips_delivered)
    if (ip.protocol === PROTOCOL.udp) return yield* this.udp.input(td, packet, way)
    if (ip.protocol === PROTOCOL.icmp) return yield* this.icmp.input(td, packet, way)
    tools.count(td, REASON.ips_noproto)
    yield* this.errors.answer(td, packet, way, PROBLEM.protocolUnreachable)
  }

  #tryIsLocal(td: Thread, address: number): boolean {
    const { addressLock, interfaces } = this.tools.parts
    if (!addressLock.tryRead(td)) return false
    const isLocal = interfaces.isLocal(address)
    addressLock.endReadNow(td)
    return isLocal
  }
}
