import { type Address, CACHE_LINE_BYTES, layout, type Memory, word } from '@smpnet/memory'
import { expectList, expectWhole } from '../terms/expect.ts'

/**
 * A ring of descriptors, of either direction. Counts wrap at 32 bits; the slots follow.
 *
 *     reclaimed ── with the device, done ── done ── with the device ── told ── posted
 *
 * (d) is the driver: whatever has its lock, or its drain. The device is one more writer of memory.
 */
export const RING = layout('descriptor ring', {
  /** (m) By (d): descriptors that were written, and that were taken back. */
  posted: word('m', 'driver'),
  reclaimed: word('m', 'driver'),
  /**
   * (m) By (d): descriptors that were taken back because the device did not answer, and how often.
   */
  errors: word('m', 'driver'),
  resets: word('m', 'driver'),
  /** (x) By (d): how far the device may go. */
  told: word('x', 'told'),
  /** (x) By (d) of a receive ring: 1 while the driver looks by itself, and 0 for interrupts. */
  polled: word('x', 'told'),
  /** (x) Ticks until the device has been silent for too long, and 0 for never; whether it has. */
  patience: word('x', 'watch'),
  fired: word('x', 'watch'),
  /** (x) By the device: how far it is. */
  done: word('x', 'device'),
  /** (x) By a live device that receives: frames that came, and those that found no buffer. */
  came: word('x', 'device'),
  missed: word('x', 'device'),
})

/** A descriptor: the address of a packet or a buffer, and its bytes. (m) of its owner. */
export const DESCRIPTOR = layout('descriptor', { packet: word('m'), bytes: word('m') })

const MOST_SLOTS = 1 << 16
const MOST_ADDRESS = 2 ** 31 - 1
const MOST_CPU = 65_535
const MOST_VECTOR = 255

/** Bytes of a ring of so many descriptors. Throws a RangeError for a number that cannot be. */
export function ringBytes(slots: number): number {
  checkSlots(slots)
  const bytes = RING.size + slots * DESCRIPTOR.size
  return Math.ceil(bytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}

/** Throws a RangeError unless a ring may have so many descriptors. */
export function checkSlots(slots: number): void {
  expectWhole('descriptors of a ring', slots, 1, MOST_SLOTS)
  if (Number.isInteger(Math.log2(slots))) return
  throw new RangeError(`descriptors of a ring: expected a power of two, came ${slots}`)
}

/** A queue of a card: where its ring is, how many descriptors it has, and what it interrupts. */
interface QueueOfCard {
  readonly ring: Address
  readonly slots: number
  readonly cpu: number
  readonly vector: number
}

/** Throws unless these are queues of a card. */
export function checkQueues(queues: readonly QueueOfCard[]): void {
  expectList('queues', queues)
  for (const { ring, slots, cpu, vector } of queues) {
    checkSlots(slots)
    expectWhole('the ring of a queue', ring, 0, MOST_ADDRESS)
    expectWhole('the CPU of a queue', cpu, 0, MOST_CPU)
    expectWhole('the vector of a queue', vector, 0, MOST_VECTOR)
  }
}

/** Where the descriptor of a count is. */
export function descriptorOf(at: Address, slots: number, count: number): Address {
  return at + RING.size + (count & (slots - 1)) * DESCRIPTOR.size
}

/** Writes the descriptor that comes next, and counts it: whole with the count. */
export function writeDescriptor(
  memory: Memory,
  at: Address,
  slots: number,
  packet: Address,
  bytes: number,
): void {
  const posted = memory.read(at + RING.offset.posted)
  const slot = descriptorOf(at, slots, posted)
  memory.write(slot + DESCRIPTOR.offset.packet, packet)
  memory.write(slot + DESCRIPTOR.offset.bytes, bytes)
  memory.write(at + RING.offset.posted, (posted + 1) | 0)
}
