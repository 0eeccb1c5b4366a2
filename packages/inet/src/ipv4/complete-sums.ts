import { type Address, NIL } from '@smpnet/memory'
import { complement, WHOLE_SUM } from '../checksum/checksum.ts'
import { PACKET_FLAG, type Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import type { Ipv4Header } from './ipv4-header.ts'
import { headerBytes, IPV4_HEADER_BYTES, PROTOCOL, protocol, setChecksum } from './ipv4-packet.ts'

const OWED = PACKET_FLAG.ipSumNeeded | PACKET_FLAG.sumNeeded
/** Where the checksum is in a header of UDP (RFC 768) and of TCP (RFC 9293 section 3.1). */
const UDP_SUM_OFFSET = 6
const TCP_SUM_OFFSET = 16

/**
 * Fills in the checksums that a packet owes, for a link that does not (FreeBSD's in_delayed_cksum).
 * The packet begins with an IPv4 header that this host has made. `ip` takes the figures of a
 * refusal.
 */
export function completeSums(packets: Packets, packet: Address, ip: Ipv4Header): Reason {
  const flags = packets.flags(packet)
  if ((flags & OWED) === 0) return GOOD
  const { memory } = packets
  let head = packets.head(packet, IPV4_HEADER_BYTES)
  if (head === NIL) return ip.refuse(REASON.nopullup, IPV4_HEADER_BYTES, 0)
  const bytes = headerBytes(memory, head)
  const isUdp = protocol(memory, head) === PROTOCOL.udp
  if (flags & PACKET_FLAG.sumNeeded) {
    const offset = isUdp ? UDP_SUM_OFFSET : TCP_SUM_OFFSET
    const needed = bytes + offset + 2
    head = packets.head(packet, needed)
    if (head === NIL) return ip.refuse(REASON.nopullup, needed, 0)
    const checksum = complement(packets.sum(packet, bytes, packets.length(packet) - bytes))
    memory.write16be(head + bytes + offset, isUdp && checksum === 0 ? WHOLE_SUM : checksum)
  }
  if (flags & PACKET_FLAG.ipSumNeeded) {
    setChecksum(memory, head, complement(memory.sum(head, bytes)))
  }
  packets.setFlags(packet, flags & ~OWED)
  return GOOD
}
