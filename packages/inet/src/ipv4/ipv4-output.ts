import { type Address, NIL } from '@smpnet/memory'
import { PACKET_FLAG, type Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import { emitIpv4, emitIpv4Unsummed, type Ipv4Header } from './ipv4-header.ts'
import { IPV4_HEADER_BYTES, IPV4_MOST_BYTES } from './ipv4-packet.ts'

/** What a link takes. */
export interface LinkLimits {
  /** Bytes of the greatest packet, headers among them. */
  readonly mtu: number
  /** Checksums that it fills in: `PACKET_FLAG.ipSumNeeded`, `sumNeeded`, both or 0. */
  readonly offload: number
}

/**
 * Puts the header that `ip` means before a packet, for a link. Refused are a packet above the
 * link's MTU (`ips_cantfrag`: nothing is cut here; for a sender that is EMSGSIZE) and one without
 * room for the header; both stay as they were.
 */
export function ipv4Output(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  link: LinkLimits,
): Reason {
  const total = packets.length(packet) + IPV4_HEADER_BYTES
  if (total > IPV4_MOST_BYTES) return ip.refuse(REASON.ips_toolong, IPV4_MOST_BYTES, total)
  if (total > link.mtu) return ip.refuse(REASON.ips_cantfrag, link.mtu, total)
  const at = packets.prepend(packet, IPV4_HEADER_BYTES)
  if (at === NIL) return ip.refuse(REASON.noheadroom, IPV4_HEADER_BYTES, 0)
  if ((link.offload & PACKET_FLAG.ipSumNeeded) === 0) {
    emitIpv4(packets.memory, at, ip, total)
  } else {
    emitIpv4Unsummed(packets.memory, at, ip, total)
    packets.setFlags(packet, packets.flags(packet) | PACKET_FLAG.ipSumNeeded)
  }
  return GOOD
}
