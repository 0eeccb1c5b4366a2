import { type Address, type Memory, NIL } from '@smpnet/memory'
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
  const head = packets.head(packet, IPV4_HEADER_BYTES)
  if (head === NIL) return ip.refuse(REASON.nopullup, IPV4_HEADER_BYTES, 0)
  const needed = summedBytes(packets.memory, head, flags)
  const whole = packets.head(packet, needed)
  if (whole === NIL) return ip.refuse(REASON.nopullup, needed, 0)
  writeSums(packets, packet, whole, flags)
  packets.setFlags(packet, flags & ~OWED)
  return GOOD
}

/**
 * Fills in the same checksums in a copy at `to` of a packet's first `bytes` bytes, each that the
 * copy has; the packet stays as it is. For what shows packets on their way over a link within the
 * host.
 */
export function completeCopy(packets: Packets, packet: Address, to: Address, bytes: number): void {
  const { memory } = packets
  const flags = packets.flags(packet)
  if ((flags & OWED) === 0 || bytes < IPV4_HEADER_BYTES || bytes < headerBytes(memory, to)) return
  const hasSum = bytes >= summedBytes(memory, to, flags)
  writeSums(packets, packet, to, hasSum ? flags : flags & ~PACKET_FLAG.sumNeeded)
}

/** The first bytes of a packet, up to the last checksum that it owes. */
function summedBytes(memory: Memory, head: Address, flags: number): number {
  if ((flags & PACKET_FLAG.sumNeeded) === 0) return headerBytes(memory, head)
  return headerBytes(memory, head) + sumOffset(memory, head) + 2
}

/** Where the checksum of its protocol is in a packet, behind its IPv4 header. */
function sumOffset(memory: Memory, head: Address): number {
  return protocol(memory, head) === PROTOCOL.udp ? UDP_SUM_OFFSET : TCP_SUM_OFFSET
}

/** Writes those that a packet owes of the checksums in `flags` to its headers at `to`. */
function writeSums(packets: Packets, packet: Address, to: Address, flags: number): void {
  const { memory } = packets
  const bytes = headerBytes(memory, to)
  if (flags & PACKET_FLAG.sumNeeded) {
    const sum = complement(packets.sum(packet, bytes, packets.length(packet) - bytes))
    const isNone = sum === 0 && protocol(memory, to) === PROTOCOL.udp
    memory.write16be(to + bytes + sumOffset(memory, to), isNone ? WHOLE_SUM : sum)
  }
  if (flags & PACKET_FLAG.ipSumNeeded) {
    setChecksum(memory, to, complement(memory.sum(to, bytes)))
  }
}
