import { type Address, NIL } from '@smpnet/memory'
import { complement, updated } from '../checksum/checksum.ts'
import { DEFAULT_TTL, emitIpv4, type Ipv4Header } from '../ipv4/ipv4-header.ts'
import { IPV4_HEADER_BYTES } from '../ipv4/ipv4-packet.ts'
import type { Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import {
  ICMP_HEADER_BYTES,
  ICMP_TYPE,
  icmpChecksum,
  icmpCode,
  icmpWord,
  setIcmpChecksum,
  writeIcmp,
} from './icmp-packet.ts'

/**
 * Turns an echo request that `icmpInput` has judged around, in place (RFC 792): the same bytes go
 * back to where they came from, with a header of this host's and without options. `from` is the
 * address that is to answer, which is the one that was asked (RFC 1122 section 3.2.2.6). `ip` is
 * the header of the answer then.
 */
export function echoReply(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  from: number = ip.destination,
): Reason {
  const needed = ip.headerBytes + ICMP_HEADER_BYTES
  const head = packets.head(packet, needed)
  if (head === NIL) return ip.refuse(REASON.nopullup, needed, 0)
  const optionBytes = ip.headerBytes - IPV4_HEADER_BYTES
  if (optionBytes > 0) packets.trimFront(packet, optionBytes)
  turnMessage(packets, packet, head + ip.headerBytes, ip.payloadBytes)
  turnHeader(ip, from)
  emitIpv4(packets.memory, head + optionBytes, ip, IPV4_HEADER_BYTES + ip.payloadBytes)
  packets.setFlags(packet, 0)
  return GOOD
}

/**
 * Only the type differs, and by how much the checksum then differs is known (RFC 1624). A checksum
 * of 0 is the one that cannot be told so: it would be 0xffff if all of the message were 0.
 */
function turnMessage(packets: Packets, packet: Address, at: Address, bytes: number): void {
  const { memory } = packets
  const code = icmpCode(memory, at)
  const before = (ICMP_TYPE.echo << 8) | code
  const after = (ICMP_TYPE.echoReply << 8) | code
  const checksum = updated(icmpChecksum(memory, at), before, after)
  writeIcmp(memory, at, ICMP_TYPE.echoReply, code, icmpWord(memory, at))
  const isSure = checksum !== 0
  const sum = isSure ? 0 : packets.sum(packet, IPV4_HEADER_BYTES, bytes)
  setIcmpChecksum(memory, at, isSure ? checksum : complement(sum))
}

/** The record of a header becomes that of an answer; the type of service stays (RFC 1349). */
function turnHeader(ip: Ipv4Header, from: number): void {
  ip.destination = ip.source
  ip.source = from
  ip.timeToLive = DEFAULT_TTL
  ip.identification = 0
  ip.dontFragment = true
  ip.headerBytes = IPV4_HEADER_BYTES
}
