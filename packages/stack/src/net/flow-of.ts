import { type Address, NIL } from '@smpnet/memory'
import { IPV4_HEADER_BYTES, PROTOCOL, tupleHash, UDP_HEADER_BYTES } from '@smpnet/inet'
import type { Mbufs } from '@smpnet/mbuf'
import { flowNumber } from '@smpnet/netisr'

/**
 * The flow of an IPv4 packet, the same for all of a conversation in one direction: a hash of its
 * addresses, and of its ports if it has them where it looks. 0 for one without a header.
 */
export function flowOf(mbufs: Mbufs, packet: Address): number {
  const { memory } = mbufs
  const at = mbufs.head(packet, IPV4_HEADER_BYTES)
  if (at === NIL) return 0
  const hasPorts = memory.read8(at) === 0x45 && memory.read8(at + 9) === PROTOCOL.udp
  const head = hasPorts ? mbufs.head(packet, IPV4_HEADER_BYTES + UDP_HEADER_BYTES) : NIL
  const ports = head === NIL ? 0 : memory.read32be(head + IPV4_HEADER_BYTES)
  const source = memory.read32be(at + 12)
  const destination = memory.read32be(at + 16)
  return flowNumber(tupleHash(destination, ports & 0xffff, source, ports >>> 16, 0))
}
