import { type Address, NIL } from '@smpnet/memory'
import { carried, complement, halves, pseudoSum, WHOLE_SUM } from '../checksum/checksum.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import { IPV4_HEADER_BYTES, IPV4_MOST_BYTES, PROTOCOL } from '../ipv4/ipv4-packet.ts'
import { PACKET_FLAG, type Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import type { UdpHeader } from './udp-header.ts'
import { UDP_HEADER_BYTES } from './udp-packet.ts'

/** Ways to sum a datagram that is sent. */
export const UDP_SUM = {
  /** Here and now. */
  full: 0,
  /** By the link: see `PACKET_FLAG.sumNeeded`. */
  offloaded: 1,
  /** Not at all, as RFC 768 allows (FreeBSD's `net.inet.udp.checksum=0`). */
  none: 2,
} as const

const MOST_DATA_BYTES = IPV4_MOST_BYTES - IPV4_HEADER_BYTES - UDP_HEADER_BYTES

/**
 * Puts the header that `udp` means before a packet of data, summed with the addresses of `ip`,
 * whose protocol becomes UDP; `ipv4Output` is next. `how` is a number of `UDP_SUM`. Refused are
 * more data than a datagram holds and a packet without room for the header; both stay as they were.
 */
export function udpOutput(
  packets: Packets,
  packet: Address,
  udp: UdpHeader,
  ip: Ipv4Header,
  how: number,
): Reason {
  const data = packets.length(packet)
  if (data > MOST_DATA_BYTES) return udp.refuse(REASON.udps_toolong, MOST_DATA_BYTES, data)
  ip.protocol = PROTOCOL.udp
  const bytes = data + UDP_HEADER_BYTES
  const ports = (udp.sourcePort << 16) | udp.destinationPort
  const pseudo = pseudoSum(ip.source, ip.destination, PROTOCOL.udp, bytes)
  let checksum = 0
  if (how === UDP_SUM.full) {
    checksum = nonZero(pseudo + halves(ports) + bytes + packets.sum(packet, 0, data))
  } else if (how === UDP_SUM.offloaded) checksum = carried(pseudo)
  const at = packets.prepend(packet, UDP_HEADER_BYTES)
  if (at === NIL) return udp.refuse(REASON.noheadroom, UDP_HEADER_BYTES, 0)
  packets.memory.write32be(at, ports)
  packets.memory.write32be(at + 4, (bytes << 16) | checksum)
  if (how === UDP_SUM.offloaded) {
    packets.setFlags(packet, packets.flags(packet) | PACKET_FLAG.sumNeeded)
  }
  return GOOD
}

/** A checksum of 0 is sent as all ones, since 0 says that there is none (RFC 768). */
function nonZero(sum: number): number {
  const checksum = complement(sum)
  return checksum === 0 ? WHOLE_SUM : checksum
}
