import type { Place } from '@smpnet/memory'

/** A device with rings of descriptors in memory, as their drivers use it. */
export interface Device {
  /**
   * There is something new in ring `queue`, up to the count `told`: a write to a register of the
   * device, by the CPU of `place`, which has settled. The ring's word of that name is written next.
   */
  doorbell(place: Place, queue: number, told: number): void
  /**
   * Has the device write how far it is, for a driver that looks without having been interrupted.
   */
  advance(place: Place, queue: number): void
  /** Has the device forget the descriptors of a ring: it is done with all that it was told. */
  reset(place: Place, queue: number): void
  /**
   * The driver of ring `queue` looks by itself from now on, or wants interrupts again. The ring's
   * word of that name is written; a device that reads it when it would interrupt needs no more.
   */
  polled?(place: Place, queue: number, isPolled: boolean): void
}
