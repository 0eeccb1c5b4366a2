import { type Address, type Memory, NIL } from '@smpnet/memory'
import { DIRECTION, NOTE, noteOffset, type Side } from './pair-layout.ts'

/**
 * Rights are ends of sockets that go with a packet, as files do by FreeBSD's SCM_RIGHTS. While an
 * end is in flight it is no thread's: its owner is the direction that carries it, and `flight` says
 * where there its packet begins, which is where its sender's position was.
 *
 * - A sender says so of each end and then publishes the packet. What it could not send it takes
 *   back. One that ended before it published leaves ends that are not published: its undertaker
 *   closes them with its own end.
 * - A receiver takes the packet and then makes each end its own. One that ended in between leaves
 *   ends that are published: they are closed with the end that was to receive them, as are those
 *   that nobody has received.
 * - A sender publishes and then looks whether the receiver has gone; a receiver goes and then looks
 *   for what is published. One of the two sees the other, and one of them closes the ends, who
 *   changes their owner first.
 */
export interface Right {
  readonly at: Address
  readonly side: Side
  readonly generation: number
}

/** Rights of one packet, at most. */
export const MOST_RIGHTS = 15
const WORDS = 3
export const RIGHT_BYTES = WORDS * 4

/** A packet with rights before its bytes, as it goes through a ring, or room for one. */
export class PacketWithRights extends Uint8Array {
  /** How many rights there are. */
  rights = 0
}

/** Rights and bytes as one. */
export function packed(rights: readonly Right[], bytes: Uint8Array): PacketWithRights {
  const packet = new PacketWithRights(rights.length * RIGHT_BYTES + bytes.length)
  packet.rights = rights.length
  const view = new DataView(packet.buffer)
  for (const [i, { at, side, generation }] of rights.entries()) {
    for (const [j, word] of [at, side, generation].entries()) {
      view.setInt32(i * RIGHT_BYTES + 4 * j, word, true)
    }
  }
  packet.set(bytes, rights.length * RIGHT_BYTES)
  return packet
}

/** The rights that came in a packet, which stand before its bytes. */
export function rightsIn(packet: PacketWithRights): Right[] {
  const view = new DataView(packet.buffer)
  return Array.from({ length: packet.rights }, (_, i) => {
    const [at, side, generation] = [0, 1, 2].map((j) => {
      return view.getInt32(i * RIGHT_BYTES + 4 * j, true)
    }) as [number, Side, number]
    return { at, side, generation }
  })
}

/** The owner of an end that a direction carries: no holder, which is positive, -1 or 0. */
export function carrierOf(direction: Address): number {
  return -(direction >> 2) - 2
}

/** The word that says who owns an end. */
export function ownerAt({ at, side }: Pick<Right, 'at' | 'side'>): Address {
  return at + noteOffset(side) + NOTE.offset.owner
}

/** Says that an end is in flight: what its owner was. For a sender whose turn it is. */
export function carry(memory: Memory, direction: Address, right: Right): number {
  const { sent, carries } = DIRECTION.offset
  const flight = right.at + noteOffset(right.side) + NOTE.offset.flight
  memory.store(direction + carries, 1)
  memory.store(right.at + noteOffset(right.side) + NOTE.offset.closing, NIL)
  memory.store(flight, memory.load(direction + sent))
  return memory.exchange(ownerAt(right), carrierOf(direction))
}

/** Makes an end that a direction carries one's own: false if another has done that. */
export function claim(memory: Memory, direction: Address, right: Right, owner: number): boolean {
  const carrier = carrierOf(direction)
  return memory.compareExchange(ownerAt(right), carrier, owner) === carrier
}

/** Whether the packet of an end is published that the direction carries. */
export function isPublished(memory: Memory, direction: Address, right: Right): boolean {
  const flight = memory.load(right.at + noteOffset(right.side) + NOTE.offset.flight)
  return ((memory.load(direction + DIRECTION.offset.sent) - flight) | 0) > 0
}
