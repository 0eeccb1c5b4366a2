import { type Address, NIL } from '@smpnet/memory'
import * as ipv4 from '../ipv4/ipv4-packet.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import type { Packets } from '../packet/packets.ts'
import { Judgement } from '../verdict/judgement.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import { QUOTED_BYTES } from './icmp-error.ts'
import { errnoOfMessage, isTooBig } from './icmp-errno.ts'
import type { IcmpMessage } from './icmp-message.ts'
import { ICMP_HEADER_BYTES } from './icmp-packet.ts'
import { nextLowerMtu } from './mtu-plateaus.ts'

/**
 * What an ICMP error is about: a packet that this host has sent, as the message quotes it. A
 * control block is looked up with `source` as its local and `destination` as its foreign address.
 * Its caller owns the record and uses it again.
 */
export class IcmpSubject extends Judgement {
  protocol = 0
  source = 0
  destination = 0
  sourcePort = 0
  destinationPort = 0
  /** What it means for that block's socket: a number of `ERRNO`, or 0 for nothing. */
  errno = 0
  /** Of a packet that was too big: bytes of the greatest that gets through; else 0. */
  mtu = 0
}

/**
 * Reads what an error that `icmpInput` has judged is about. A quote is judged as little as it can
 * be, since it comes from anywhere: version, length, and that the ports are there. Only a block
 * whose addresses and ports are all those of the quote is to believe it (RFC 5927 section 4).
 */
export function readError(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  icmp: IcmpMessage,
  about: IcmpSubject,
): Reason {
  const offset = ip.headerBytes + ICMP_HEADER_BYTES
  const quoted = ip.payloadBytes - ICMP_HEADER_BYTES
  const least = ipv4.IPV4_HEADER_BYTES + QUOTED_BYTES
  if (quoted < least) return about.refuse(REASON.icps_badlen, QUOTED_BYTES, quoted)
  let head = packets.head(packet, offset + least)
  if (head === NIL) return about.refuse(REASON.nopullup, offset + least, 0)
  const bytes = ipv4.headerBytes(packets.memory, head + offset)
  const isIpv4 = ipv4.version(packets.memory, head + offset) === 4
  if (!isIpv4 || bytes < ipv4.IPV4_HEADER_BYTES || quoted < bytes + QUOTED_BYTES) {
    return about.refuse(REASON.icps_badlen, QUOTED_BYTES, quoted - bytes)
  }
  head = packets.head(packet, offset + bytes + QUOTED_BYTES)
  if (head === NIL) return about.refuse(REASON.nopullup, offset + bytes + QUOTED_BYTES, 0)
  return fill(packets, head + offset, bytes, icmp, about)
}

function fill(
  { memory }: Packets,
  at: Address,
  bytes: number,
  icmp: IcmpMessage,
  about: IcmpSubject,
): Reason {
  const offset = ipv4.fragment(memory, at) & ipv4.FRAGMENT_OFFSET
  // What follows the header of a later piece are no ports.
  if (offset !== 0) return about.refuse(REASON.icps_oldfrag, 0, offset << 3)
  about.protocol = ipv4.protocol(memory, at)
  about.source = ipv4.source(memory, at)
  about.destination = ipv4.destination(memory, at)
  about.sourcePort = memory.read16be(at + bytes)
  about.destinationPort = memory.read16be(at + bytes + 2)
  about.errno = errnoOfMessage(icmp.type, icmp.code)
  about.mtu = isTooBig(icmp.type, icmp.code)
    ? mtuOf(icmp.word & 0xffff, ipv4.totalLength(memory, at))
    : 0
  return GOOD
}

/** Routers older than RFC 1191 say 0; then section 5 of it has the sender guess. */
function mtuOf(said: number, totalBytes: number): number {
  return said === 0 ? nextLowerMtu(totalBytes) : said
}
