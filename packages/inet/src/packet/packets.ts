import type { Address, Memory } from '@smpnet/memory'

/**
 * What the protocols need of packets, wherever these are kept. A packet is an address in `memory`,
 * and belongs to its caller while a protocol works on it: nothing else reads or writes its bytes.
 * No call waits, and one that cannot do its work returns NIL and has done nothing.
 */
export interface Packets {
  readonly memory: Memory
  /** Bytes of data in all. */
  length(packet: Address): number
  /**
   * The address of the first byte, the first `bytes` bytes of which follow one another. NIL when
   * the packet is shorter, or its first buffer cannot hold so many.
   */
  head(packet: Address, bytes: number): Address
  /** Makes room for `bytes` bytes before the first; returns their address, or NIL without room. */
  prepend(packet: Address, bytes: number): Address
  /** Takes away the first `bytes` bytes. */
  trimFront(packet: Address, bytes: number): void
  /** Takes away the last `bytes` bytes. */
  trimBack(packet: Address, bytes: number): void
  /** The sum of RFC 1071 over `bytes` bytes from `offset` on: from 0 to 0xffff. */
  sum(packet: Address, offset: number, bytes: number): number
  /** A word of bits that goes with the packet: `PACKET_FLAG`. */
  flags(packet: Address): number
  setFlags(packet: Address, flags: number): void
}

/**
 * Bits of a packet's flags: what a link knows of a packet that came, and owes one that goes. A link
 * within the host owes nothing: it adds that the sums are good, and leaves the bits of those that
 * are needed, so that another link fills them in if the packet goes on to that.
 */
export const PACKET_FLAG = {
  /** The link has verified the checksum of the IPv4 header, or knows that nothing can harm it. */
  ipSumGood: 1 << 0,
  /** The same of the checksum of ICMP, UDP or TCP. */
  sumGood: 1 << 1,
  /** The link has to fill in the checksum of the IPv4 header, which is 0. */
  ipSumNeeded: 1 << 2,
  /** The link has to fill in the checksum of UDP or TCP, in place of the pseudo header's sum. */
  sumNeeded: 1 << 3,
  /** It came as a broadcast, of the link or of one of its networks. */
  broadcast: 1 << 4,
  /** It came as a multicast of the link. */
  multicast: 1 << 5,
  /** It came from this host itself: addresses that never leave a host are allowed in it. */
  loopback: 1 << 6,
} as const
