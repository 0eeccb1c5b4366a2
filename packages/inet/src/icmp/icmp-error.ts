import { type Address, NIL } from '@smpnet/memory'
import { complement } from '../checksum/checksum.ts'
import { DEFAULT_TTL, emitIpv4, type Ipv4Header } from '../ipv4/ipv4-header.ts'
import { IPV4_HEADER_BYTES, PROTOCOL } from '../ipv4/ipv4-packet.ts'
import type { Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import { ICMP_HEADER_BYTES, ICMP_TYPE, setIcmpChecksum, writeIcmp } from './icmp-packet.ts'

/** What is wrong with a packet, as a type and a code of RFC 792. */
export interface Problem {
  readonly type: number
  readonly code: number
}

/** The problems that a host or a router here reports. */
export const PROBLEM = {
  hostUnreachable: { type: ICMP_TYPE.unreachable, code: 1 },
  protocolUnreachable: { type: ICMP_TYPE.unreachable, code: 2 },
  portUnreachable: { type: ICMP_TYPE.unreachable, code: 3 },
  /** Goes with the MTU of the next link as its word (RFC 1191 section 4). */
  fragmentationNeeded: { type: ICMP_TYPE.unreachable, code: 4 },
  timeExceeded: { type: ICMP_TYPE.timeExceeded, code: 0 },
} as const satisfies Readonly<Record<string, Problem>>

/** Bytes behind the header that an error quotes (RFC 792): there are the ports. */
export const QUOTED_BYTES = 8

const ADDED_BYTES = IPV4_HEADER_BYTES + ICMP_HEADER_BYTES

/**
 * Turns a packet that `ipv4Input` has judged into the error about itself, in place: its header and
 * 8 bytes are the quote, and before them go the headers of the error, from the address `from`.
 * `ip` is the header of the error then. Its caller has asked `mayAnswer` and the bucket that limits
 * the rate. Refused is a packet without room for the headers, which stays as it was.
 */
export function icmpError(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  problem: Problem,
  word: number,
  from: number,
): Reason {
  const at = packets.prepend(packet, ADDED_BYTES)
  if (at === NIL) return ip.refuse(REASON.noheadroom, ADDED_BYTES, 0)
  const quoted = ip.headerBytes + Math.min(QUOTED_BYTES, ip.payloadBytes)
  packets.trimBack(packet, packets.length(packet) - ADDED_BYTES - quoted)
  const messageBytes = ICMP_HEADER_BYTES + quoted
  const icmpAt = at + IPV4_HEADER_BYTES
  writeIcmp(packets.memory, icmpAt, problem.type, problem.code, word)
  const sum = packets.sum(packet, IPV4_HEADER_BYTES, messageBytes)
  setIcmpChecksum(packets.memory, icmpAt, complement(sum))
  describe(ip, from, messageBytes)
  emitIpv4(packets.memory, at, ip, IPV4_HEADER_BYTES + messageBytes)
  packets.setFlags(packet, 0)
  return GOOD
}

/** Errors have a type of service of zero (RFC 1122 section 3.2.2). */
function describe(ip: Ipv4Header, from: number, messageBytes: number): void {
  ip.destination = ip.source
  ip.source = from
  ip.protocol = PROTOCOL.icmp
  ip.timeToLive = DEFAULT_TTL
  ip.typeOfService = 0
  ip.identification = 0
  ip.dontFragment = true
  ip.headerBytes = IPV4_HEADER_BYTES
  ip.payloadBytes = messageBytes
  ip.fragmentOffset = 0
  ip.moreFragments = false
}
