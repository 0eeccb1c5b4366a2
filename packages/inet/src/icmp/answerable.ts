import { type Address, NIL } from '@smpnet/memory'
import { cameToMany, isManyHosts } from '../ipv4/for-many.ts'
import { ADDRESS_KIND, kindOf } from '../ipv4/ipv4-address.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import { PROTOCOL } from '../ipv4/ipv4-packet.ts'
import type { Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason, type ReasonName } from '../verdict/reasons.ts'
import { icmpType } from './icmp-packet.ts'
import { ICMP_KIND, kindOfType } from './icmp-types.ts'

/**
 * Packets about which no ICMP error is sent (RFC 1122 section 3.2.2). Each row is a bullet of that
 * section; the first that applies is the reason. Its number is its bit in `conditionsOf`.
 */
export const UNANSWERABLE: readonly { readonly when: string; readonly reason: ReasonName }[] = [
  { when: 'it is an ICMP error message', reason: 'icps_oldicmp' },
  { when: 'it is destined to an IP broadcast or multicast address', reason: 'icps_oldcast' },
  { when: 'it came as a link-layer broadcast or multicast', reason: 'icps_oldlinkcast' },
  { when: 'it is a non-initial fragment', reason: 'icps_oldfrag' },
  { when: 'its source address does not define a single host', reason: 'icps_oldsource' },
]

const IS_ERROR = 1 << 0
const IS_TO_MANY = 1 << 1
const CAME_TO_MANY = 1 << 2
const IS_LATER_FRAGMENT = 1 << 3
const IS_FROM_NO_HOST = 1 << 4

const VERDICTS = Uint8Array.from({ length: 1 << UNANSWERABLE.length }, (_, conditions) => {
  const first = UNANSWERABLE.find((_, i) => conditions & (1 << i))
  return first === undefined ? GOOD : REASON[first.reason]
})

/** GOOD when an ICMP error may be sent about this packet, else why none is. */
export function mayAnswer(packets: Packets, packet: Address, ip: Ipv4Header): Reason {
  return ip.refuse(verdictOn(conditionsOf(packets, packet, ip)), 0, ip.source)
}

/** The verdict on a set of conditions, each the bit of its row of `UNANSWERABLE`. */
export function verdictOn(conditions: number): Reason {
  return VERDICTS[conditions]!
}

/** Which rows of `UNANSWERABLE` apply, as bits. */
export function conditionsOf(packets: Packets, packet: Address, ip: Ipv4Header): number {
  return (
    (isIcmpError(packets, packet, ip) ? IS_ERROR : 0) |
    (isManyHosts(ip.destination) ? IS_TO_MANY : 0) |
    (cameToMany(packets.flags(packet)) ? CAME_TO_MANY : 0) |
    (ip.fragmentOffset !== 0 ? IS_LATER_FRAGMENT : 0) |
    (isOneHost(ip) ? 0 : IS_FROM_NO_HOST)
  )
}

/** A message whose type cannot be seen, or that no RFC here knows, may be an error. */
function isIcmpError(packets: Packets, packet: Address, ip: Ipv4Header): boolean {
  if (ip.protocol !== PROTOCOL.icmp) return false
  if (ip.fragmentOffset !== 0 || ip.payloadBytes === 0) return true
  const head = packets.head(packet, ip.headerBytes + 1)
  if (head === NIL) return true
  const kind = kindOfType(icmpType(packets.memory, head + ip.headerBytes))
  return kind === ICMP_KIND.error || kind === ICMP_KIND.unknown
}

/** A loopback address is one host to that host itself, and only such packets have one. */
function isOneHost({ source, destination }: Ipv4Header): boolean {
  const kind = kindOf(source)
  if (kind === ADDRESS_KIND.loopback) return kindOf(destination) === ADDRESS_KIND.loopback
  return kind === ADDRESS_KIND.unicast
}
