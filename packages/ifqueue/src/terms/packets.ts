import type { Address } from '@smpnet/memory'

/**
 * What queues ask of packets, which are addresses to them. Every word behind it is (o): of whatever
 * owns the packet, which is the queue while the packet is in it.
 */
export interface Packets {
  /** The packet behind this one in its queue, or NIL. */
  nextPacket(packet: Address): Address
  setNextPacket(packet: Address, next: Address): void
  /** Its length in bytes, as it goes out. */
  bytes(packet: Address): number
}

/** What disciplines ask that manage a queue, and do not only bound it. */
export interface ManagedPackets extends Packets {
  /** A number that packets of one flow have alike. */
  flow(packet: Address): number
  /** The band that it belongs to, from 0, the most urgent, on. */
  band(packet: Address): number
  /** When it was queued, in microseconds that wrap at 32 bits. */
  queuedAtUs(packet: Address): number
  setQueuedAtUs(packet: Address, us: number): void
  /**
   * Marks it "congestion experienced" (RFC 3168, section 5); false, and nothing done, when its ends
   * have not said that they understand that.
   */
  markCongested(packet: Address): boolean
}

/** Chance, as disciplines take it: 32 bits, all alike likely. */
export interface Chance {
  next(): number
}
