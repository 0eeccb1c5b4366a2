import { type Address, type Memory, NIL } from '@smpnet/memory'
import { WHOLE_SUM } from '../checksum/checksum.ts'
import { PACKET_FLAG, type Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import { type Ipv4Header, readIpv4 } from './ipv4-header.ts'
import { judgeOptions } from './ipv4-options.ts'
import { IPV4_HEADER_BYTES } from './ipv4-packet.ts'
import { isMartianDestination, isMartianSource } from './martians.ts'

/** What a first byte with version 4 and no options is (RFC 791 section 3.1). */
const PLAIN_FIRST_BYTE = 0x45

/**
 * Judges a packet that begins with an IPv4 header, in the order of RFC 1122 section 3.2.1, fills
 * `ip` from it, and takes away what its link has added behind. A packet that is refused stays as it
 * was. `ips_fragments` is the last of all verdicts: a packet with it is good to be forwarded, and
 * `ip` is filled and the padding is gone as with GOOD.
 */
export function ipv4Input(packets: Packets, packet: Address, ip: Ipv4Header): Reason {
  const { memory } = packets
  const length = packets.length(packet)
  if (length < IPV4_HEADER_BYTES) return ip.refuse(REASON.ips_toosmall, IPV4_HEADER_BYTES, length)
  let at = packets.head(packet, IPV4_HEADER_BYTES)
  if (at === NIL) return ip.refuse(REASON.nopullup, IPV4_HEADER_BYTES, length)
  let bytes = IPV4_HEADER_BYTES
  const first = memory.read8(at)
  if (first !== PLAIN_FIRST_BYTE) {
    const verdict = judgeFirstByte(first, length, ip)
    if (verdict !== GOOD) return verdict
    bytes = (first & 15) << 2
    at = packets.head(packet, bytes)
    if (at === NIL) return ip.refuse(REASON.nopullup, bytes, length)
  }
  const flags = packets.flags(packet)
  const verdict = judgeHeader(memory, at, bytes, length, flags, ip)
  if (verdict !== GOOD) return verdict
  return take(packets, packet, at, bytes, length, ip)
}

/** The version and the header's length against the packet's. */
function judgeFirstByte(first: number, length: number, ip: Ipv4Header): Reason {
  if (first >> 4 !== 4) return ip.refuse(REASON.ips_badvers, 4, first >> 4)
  const bytes = (first & 15) << 2
  if (bytes < IPV4_HEADER_BYTES || bytes > length) {
    return ip.refuse(REASON.ips_badhlen, length, bytes)
  }
  return GOOD
}

/** Checksum, lengths, options and addresses of a header that is there in one piece. */
function judgeHeader(
  memory: Memory,
  at: Address,
  bytes: number,
  length: number,
  flags: number,
  ip: Ipv4Header,
): Reason {
  if ((flags & PACKET_FLAG.ipSumGood) === 0) {
    const sum = memory.sum(at, bytes)
    if (sum !== WHOLE_SUM) return ip.refuse(REASON.ips_badsum, WHOLE_SUM, sum)
  }
  const total = memory.read16be(at + 2)
  if (total < bytes) return ip.refuse(REASON.ips_badlen, bytes, total)
  if (total > length) return ip.refuse(REASON.ips_tooshort, total, length)
  if (bytes > IPV4_HEADER_BYTES) {
    const verdict = judgeOptions(memory, at, bytes, ip)
    if (verdict !== GOOD) return verdict
  }
  return judgeAddresses(memory.read32be(at + 12), memory.read32be(at + 16), flags, ip)
}

function judgeAddresses(
  source: number,
  destination: number,
  flags: number,
  ip: Ipv4Header,
): Reason {
  const isInside = (flags & PACKET_FLAG.loopback) !== 0
  if (isMartianSource(source, isInside)) return ip.refuse(REASON.ips_badaddr, 0, source)
  if (isMartianDestination(destination, isInside)) {
    return ip.refuse(REASON.ips_badaddr, 0, destination)
  }
  return GOOD
}

/** Fills the record and takes the padding away. */
function take(
  packets: Packets,
  packet: Address,
  at: Address,
  bytes: number,
  length: number,
  ip: Ipv4Header,
): Reason {
  const total = packets.memory.read16be(at + 2)
  readIpv4(packets.memory, at, ip)
  ip.headerBytes = bytes
  ip.payloadBytes = total - bytes
  if (total < length) packets.trimBack(packet, length - total)
  if (ip.moreFragments || ip.fragmentOffset !== 0) {
    return ip.refuse(REASON.ips_fragments, 0, ip.fragmentOffset)
  }
  return GOOD
}
