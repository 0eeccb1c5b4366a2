import { type Address, NIL } from '@smpnet/memory'
import { WHOLE_SUM } from '../checksum/checksum.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import { isForMany } from '../ipv4/for-many.ts'
import { PACKET_FLAG, type Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import type { IcmpMessage } from './icmp-message.ts'
import { ICMP_HEADER_BYTES, icmpCode, icmpType, icmpWord } from './icmp-packet.ts'
import { ICMP_KIND, kindOfType, mostCodeOf } from './icmp-types.ts'

/**
 * Judges the ICMP message of a packet that `ipv4Input` has judged, and fills `icmp` from it (RFC
 * 792, RFC 1122 section 3.2.2). By `icmp.kind` its caller goes on: with `echoReply`, with
 * `readError`, or with whatever listens to raw messages. The packet stays as it was.
 */
export function icmpInput(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  icmp: IcmpMessage,
): Reason {
  if (ip.payloadBytes < ICMP_HEADER_BYTES) {
    return icmp.refuse(REASON.icps_tooshort, ICMP_HEADER_BYTES, ip.payloadBytes)
  }
  const needed = ip.headerBytes + ICMP_HEADER_BYTES
  const head = packets.head(packet, needed)
  if (head === NIL) return icmp.refuse(REASON.nopullup, needed, 0)
  const flags = packets.flags(packet)
  if ((flags & PACKET_FLAG.sumGood) === 0) {
    const sum = packets.sum(packet, ip.headerBytes, ip.payloadBytes)
    if (sum !== WHOLE_SUM) return icmp.refuse(REASON.icps_checksum, WHOLE_SUM, sum)
  }
  const at = head + ip.headerBytes
  icmp.type = icmpType(packets.memory, at)
  icmp.code = icmpCode(packets.memory, at)
  icmp.word = icmpWord(packets.memory, at)
  return judgeKind(ip, icmp, flags)
}

function judgeKind(ip: Ipv4Header, icmp: IcmpMessage, flags: number): Reason {
  icmp.kind = kindOfType(icmp.type)
  if (icmp.kind === ICMP_KIND.unknown) return icmp.refuse(REASON.icps_badtype, 0, icmp.type)
  if (icmp.kind === ICMP_KIND.error && icmp.code > mostCodeOf(icmp.type)) {
    return icmp.refuse(REASON.icps_badcode, mostCodeOf(icmp.type), icmp.code)
  }
  // RFC 1122 section 3.2.2.6 lets a host drop these, and smurf attacks are why hosts do.
  if (icmp.kind === ICMP_KIND.echo && isForMany(ip.destination, flags)) {
    return icmp.refuse(REASON.icps_bmcastecho, 0, ip.destination)
  }
  return GOOD
}
