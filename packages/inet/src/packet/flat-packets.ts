import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import type { Packets } from './packets.ts'

/** The words of a flat packet, each owned by whichever thread has the packet. */
export const FLAT_PACKET = layout('flat packet', {
  /** (o) the address of the first byte. */
  first: word('o'),
  /** (o) how many bytes there are. */
  length: word('o'),
  /** (o) bits of `PACKET_FLAG`. */
  flags: word('o'),
  /** (o) the address of the buffer, which begins with room for headers. */
  buffer: word('o'),
})

const { first, length, flags, buffer } = FLAT_PACKET.offset

/**
 * The plainest packets: each is a run of bytes in a buffer of its own. For tests, examples and
 * programs that have no mbufs. Counts of bytes are trusted, as in any kernel.
 */
export class FlatPackets implements Packets {
  constructor(readonly memory: Memory) {}

  /** Makes the words at `packet` a packet of `bytes` bytes, behind `room` bytes of a buffer. */
  open(packet: Address, at: Address, room: number, bytes: number): void {
    this.memory.write(packet + first, at + room)
    this.memory.write(packet + length, bytes)
    this.memory.write(packet + flags, 0)
    this.memory.write(packet + buffer, at)
  }

  length(packet: Address): number {
    return this.memory.read(packet + length)
  }

  head(packet: Address, bytes: number): Address {
    return bytes <= this.length(packet) ? this.memory.read(packet + first) : NIL
  }

  prepend(packet: Address, bytes: number): Address {
    const at = this.memory.read(packet + first) - bytes
    if (at < this.memory.read(packet + buffer)) return NIL
    this.memory.write(packet + first, at)
    this.memory.write(packet + length, this.length(packet) + bytes)
    return at
  }

  trimFront(packet: Address, bytes: number): void {
    this.memory.write(packet + first, this.memory.read(packet + first) + bytes)
    this.memory.write(packet + length, this.length(packet) - bytes)
  }

  trimBack(packet: Address, bytes: number): void {
    this.memory.write(packet + length, this.length(packet) - bytes)
  }

  sum(packet: Address, offset: number, bytes: number): number {
    return this.memory.sum(this.memory.read(packet + first) + offset, bytes)
  }

  flags(packet: Address): number {
    return this.memory.read(packet + flags)
  }

  setFlags(packet: Address, bits: number): void {
    this.memory.write(packet + flags, bits)
  }
}
