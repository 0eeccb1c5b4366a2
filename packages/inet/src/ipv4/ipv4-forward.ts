import { type Address, type Memory, NIL } from '@smpnet/memory'
import { updated } from '../checksum/checksum.ts'
import type { Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import type { Ipv4Header } from './ipv4-header.ts'
import { checksum, IPV4_HEADER_BYTES, setChecksum } from './ipv4-packet.ts'

/**
 * Takes a hop off a packet that `ipv4Input` has judged, for a link of this MTU (RFC 1812 section
 * 5.2.1). `ips_ttl` asks for an ICMP time exceeded, and `ips_cantfrag` for a destination
 * unreachable that says the MTU if `ip.dontFragment`; a packet that is refused stays as it was.
 */
export function ipv4Forward(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  mtu: number,
): Reason {
  if (ip.timeToLive <= 1) return ip.refuse(REASON.ips_ttl, 1, ip.timeToLive)
  const total = ip.headerBytes + ip.payloadBytes
  if (total > mtu) return ip.refuse(REASON.ips_cantfrag, mtu, total)
  const at = packets.head(packet, IPV4_HEADER_BYTES)
  if (at === NIL) return ip.refuse(REASON.nopullup, IPV4_HEADER_BYTES, total)
  decrementTimeToLive(packets.memory, at)
  ip.timeToLive--
  return GOOD
}

/** Takes a hop off a header and keeps its checksum right (RFC 1624). */
export function decrementTimeToLive(memory: Memory, at: Address): void {
  const before = memory.read16be(at + 8)
  const after = before - 0x100
  memory.write16be(at + 8, after)
  setChecksum(memory, at, updated(checksum(memory, at), before, after))
}
