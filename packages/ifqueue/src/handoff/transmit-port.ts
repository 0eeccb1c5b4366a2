import type { Address, Place } from '@smpnet/memory'

/**
 * The transmit side of a device, as a hand-off sees it: descriptors that take packets. All of it is
 * plain code of whatever has the driver, under its lock or by holding the drain, and settled.
 */
export interface TransmitPort {
  /** Descriptors that are free. */
  room(): number
  /** Writes a descriptor. Only where there is room; the device has the packet from then on. */
  post(packet: Address): void
  /**
   * Tells the device, on the CPU of `place`, of all that was posted: one write to a register. To be
   * told again does no harm.
   */
  flush(place: Place): void
  /** Takes back the descriptors, and frees the packets, that have gone out; how many. */
  reclaim(place: Place): number
}
