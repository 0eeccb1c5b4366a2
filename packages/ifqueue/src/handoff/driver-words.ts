import { type Address, layout, type Memory, word } from '@smpnet/memory'
import type { HandoffCounts } from './handoff.ts'

/**
 * What a driver has for each transmit queue. (d) is what has the driver: its lock, or the
 * drain.
 */
export const DRIVER = layout('driver', {
  /**
   * (x) IFF_DRV_OACTIVE: all descriptors are in use. Written by (d), and read without it by
   * senders of some hand-offs. Of a hand-off with a drain: its holder.
   */
  state: word('x', 'state'),
  /** (m) By (d): counts. */
  starts: word('m', 'counts'),
  idleStarts: word('m', 'counts'),
  posted: word('m', 'counts'),
  /** (m) By (d): packets taken from the queue in bulk, as a `PacketList`. */
  first: word('m', 'counts'),
  last: word('m', 'counts'),
  /** (x) How many they are: written by (d). */
  held: word('x', 'counts'),
  /** (x) Packets for which a ring had no room. Queues under a lock count their own. */
  dropped: word('x', 'drops'),
})

/** Counts a start of the driver that has given the device so many packets. */
export function countStart(memory: Memory, at: Address, posted: number): void {
  const { starts, idleStarts, posted: all } = DRIVER.offset
  memory.write(at + starts, memory.read(at + starts) + 1)
  if (posted === 0) memory.write(at + idleStarts, memory.read(at + idleStarts) + 1)
  else memory.write(at + all, memory.read(at + all) + posted)
}

/** What was counted, and so many drops of a queue. */
export function driverCounts(memory: Memory, at: Address, queueDrops = 0): HandoffCounts {
  const read = (name: keyof typeof DRIVER.offset) => memory.load(at + DRIVER.offset[name]) >>> 0
  return {
    starts: read('starts'),
    idleStarts: read('idleStarts'),
    posted: read('posted'),
    dropped: read('dropped') + queueDrops,
  }
}
