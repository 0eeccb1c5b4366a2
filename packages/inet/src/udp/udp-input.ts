import { type Address, NIL } from '@smpnet/memory'
import { carried, pseudoSum, WHOLE_SUM } from '../checksum/checksum.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import { PROTOCOL } from '../ipv4/ipv4-packet.ts'
import { PACKET_FLAG, type Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import type { UdpHeader } from './udp-header.ts'
import { UDP_HEADER_BYTES } from './udp-packet.ts'

/**
 * Judges the datagram of a packet that `ipv4Input` has judged, fills `udp` from it, and takes away
 * what is behind its data (RFC 768, RFC 1122 section 4.1.3). The headers stay before the data until
 * `udpDeliver`, since an ICMP error would quote them. A packet that is refused stays as it was.
 */
export function udpInput(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  udp: UdpHeader,
): Reason {
  const { memory } = packets
  const came = ip.payloadBytes
  if (came < UDP_HEADER_BYTES) return udp.refuse(REASON.udps_hdrops, UDP_HEADER_BYTES, came)
  const needed = ip.headerBytes + UDP_HEADER_BYTES
  const head = packets.head(packet, needed)
  if (head === NIL) return udp.refuse(REASON.nopullup, needed, 0)
  const at = head + ip.headerBytes
  const ports = memory.read32be(at)
  const second = memory.read32be(at + 4)
  const bytes = second >>> 16
  if (bytes < UDP_HEADER_BYTES || bytes > came) {
    return udp.refuse(REASON.udps_badlen, came, bytes)
  }
  if ((ports & 0xffff) === 0) return udp.refuse(REASON.udps_badport, 0, 0)
  udp.hasSum = (second & 0xffff) !== 0
  if (udp.hasSum && (packets.flags(packet) & PACKET_FLAG.sumGood) === 0) {
    const sum = carried(
      packets.sum(packet, ip.headerBytes, bytes) +
        pseudoSum(ip.source, ip.destination, PROTOCOL.udp, bytes),
    )
    if (sum !== WHOLE_SUM) return udp.refuse(REASON.udps_badsum, WHOLE_SUM, sum)
  }
  udp.sourcePort = ports >>> 16
  udp.destinationPort = ports & 0xffff
  udp.dataBytes = bytes - UDP_HEADER_BYTES
  if (bytes < came) {
    packets.trimBack(packet, came - bytes)
    ip.payloadBytes = bytes
  }
  return GOOD
}
