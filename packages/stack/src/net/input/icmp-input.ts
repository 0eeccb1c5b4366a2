import { type Address, NIL } from '@smpnet/memory'
import { echoReply, EVENT, GOOD, ICMP_KIND, icmpInput, PROTOCOL, readError } from '@smpnet/inet'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { NetTools } from '../tools/net-tools.ts'
import { ICMP_INPUT } from '../terms/prices.ts'
import type { UdpInput } from '../udp/udp-input.ts'
import type { Way } from '../tools/way.ts'
import type { IpOutput } from '../output/ip-output.ts'

/** What this host does with ICMP messages: icmp_input. It answers echoes, and tells of errors. */
export class IcmpInput {
  constructor(
    readonly tools: NetTools,
    readonly output: IpOutput,
    readonly udp: UdpInput,
  ) {}

  *input(td: Thread, packet: Address, way: Way): Waiting {
    const { tools } = this
    const { mbufs } = tools.parts
    tools.memory.charge(ICMP_INPUT, 1)
    const verdict = icmpInput(mbufs, packet, way.ip, way.icmp)
    if (verdict !== GOOD) return yield* tools.drop(td, packet, verdict)
    if (way.icmp.kind === ICMP_KIND.echo) return yield* this.#echo(td, packet, way)
    if (way.icmp.kind === ICMP_KIND.error) yield* this.#error(td, packet, way)
    // Nothing here listens to other messages, such as replies to an echo.
    yield* mbufs.free(td, packet)
  }

  *#echo(td: Thread, packet: Address, way: Way): Waiting {
    const { tools } = this
    const verdict = echoReply(tools.parts.mbufs, packet, way.ip)
    if (verdict !== GOOD) return yield* tools.drop(td, packet, verdict)
    tools.count(td, EVENT.icps_reflect)
    yield* this.output.sendWhole(td, packet, way)
  }

  *#error(td: Thread, packet: Address, way: Way): Waiting {
    const { about, ip, icmp } = way
    const verdict = readError(this.tools.parts.mbufs, packet, ip, icmp, about)
    if (verdict !== GOOD) return this.tools.count(td, verdict)
    if (about.protocol !== PROTOCOL.udp || about.errno === NIL) return
    yield* this.udp.fail(td, about)
  }
}
