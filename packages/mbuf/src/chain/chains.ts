import { type Address, NIL } from '@smpnet/memory'
import { bufferBytes, bufferOf, isAlone, MBUF, PACKET } from '../layout/header.ts'
import { Bytes } from './bytes.ts'

const { next: NEXT, data: DATA, length: LENGTH } = MBUF.offset
const { kind: KIND, packetLength: PACKET_LENGTH } = MBUF.offset

/**
 * What is done to packets in place: headers put before them and taken away, ends cut off, chains
 * joined. None of it allocates or frees, so that it needs no place and cannot fail for want of
 * memory: an mbuf that has become empty stays in its chain until the packet is freed.
 */
export class Chains extends Bytes {
  /**
   * The address of the packet's first byte, with at least `bytes` bytes in one piece: m_pullup,
   * in place. What is missing is moved from the next mbufs into the first one. NIL when the packet
   * is shorter, or when the first buffer has other users or is too small; then nothing has changed.
   */
  head(packet: Address, bytes: number): Address {
    const { memory } = this
    if (bytes <= memory.read(packet + LENGTH)) return memory.read(packet + DATA)
    return this.#pullUp(packet, bytes)
  }

  /**
   * Puts `bytes` bytes before the packet's first one, and says where they are, for the caller to
   * write. NIL when there is no headroom for them, or other packets see it; then nothing has
   * changed, and `concatenate` puts the packet behind another.
   */
  prepend(packet: Address, bytes: number): Address {
    const { memory } = this
    const data = memory.read(packet + DATA) - bytes
    if (data < bufferOf(memory, packet) || !isAlone(memory, packet)) {
      return this.#prependToEmpty(packet, bytes)
    }
    this.#setFirst(packet, data, memory.read(packet + LENGTH) + bytes)
    memory.write(packet + PACKET_LENGTH, memory.read(packet + PACKET_LENGTH) + bytes)
    return data
  }

  /** Takes `bytes` bytes from the packet's start, or all if it has fewer. */
  trimFront(packet: Address, bytes: number): void {
    const { memory } = this
    const inFirst = memory.read(packet + LENGTH)
    if (bytes > inFirst) {
      this.#trimFrontChain(packet, bytes)
      return
    }
    this.#setFirst(packet, memory.read(packet + DATA) + bytes, inFirst - bytes)
    memory.write(packet + PACKET_LENGTH, memory.read(packet + PACKET_LENGTH) - bytes)
  }

  /** Takes `bytes` bytes from the packet's end, or all if it has fewer. */
  trimBack(packet: Address, bytes: number): void {
    const { memory } = this
    let left = Math.max(0, memory.read(packet + PACKET_LENGTH) - bytes)
    memory.write(packet + PACKET_LENGTH, left)
    for (let mbuf = packet; mbuf !== NIL; mbuf = memory.read(mbuf + NEXT)) {
      const length = memory.read(mbuf + LENGTH)
      if (length > left) memory.write(mbuf + LENGTH, left)
      left -= Math.min(length, left)
    }
  }

  /** Puts the bytes of `other` behind those of `packet`. `other` is no packet of its own then. */
  concatenate(packet: Address, other: Address): void {
    const { memory } = this
    memory.write(this.lastOf(packet) + NEXT, other)
    memory.write(other + KIND, memory.read(other + KIND) & ~PACKET)
    const length = memory.read(packet + PACKET_LENGTH) + memory.read(other + PACKET_LENGTH)
    memory.write(packet + PACKET_LENGTH, length)
  }

  /** Bytes that `prepend` has room for. */
  headroom(packet: Address): number {
    const { memory } = this
    if (!isAlone(memory, packet)) return 0
    if (memory.read(packet + LENGTH) === 0) return bufferBytes(memory, packet)
    return memory.read(packet + DATA) - bufferOf(memory, packet)
  }

  /** Bytes that can be written behind the data of this mbuf. */
  tailroom(mbuf: Address): number {
    const { memory } = this
    if (!isAlone(memory, mbuf)) return 0
    const end = bufferOf(memory, mbuf) + bufferBytes(memory, mbuf)
    return end - memory.read(mbuf + DATA) - memory.read(mbuf + LENGTH)
  }

  /** The last mbuf of a chain. */
  lastOf(mbuf: Address): Address {
    const { memory } = this
    let last = mbuf
    for (let next = last; next !== NIL; next = memory.read(next + NEXT)) last = next
    return last
  }

  #setFirst(mbuf: Address, data: Address, length: number): void {
    this.memory.write(mbuf + DATA, data)
    this.memory.write(mbuf + LENGTH, length)
  }

  /** An empty first mbuf has its whole buffer for headroom. */
  #prependToEmpty(packet: Address, bytes: number): Address {
    const { memory } = this
    if (memory.read(packet + LENGTH) !== 0 || bytes > this.headroom(packet)) return NIL
    const data = bufferOf(memory, packet) + bufferBytes(memory, packet) - bytes
    this.#setFirst(packet, data, bytes)
    memory.write(packet + PACKET_LENGTH, memory.read(packet + PACKET_LENGTH) + bytes)
    return data
  }

  #trimFrontChain(packet: Address, bytes: number): void {
    const { memory } = this
    const all = memory.read(packet + PACKET_LENGTH)
    memory.write(packet + PACKET_LENGTH, Math.max(0, all - bytes))
    let left = bytes
    for (let mbuf = packet; mbuf !== NIL && left > 0; mbuf = memory.read(mbuf + NEXT)) {
      const length = memory.read(mbuf + LENGTH)
      const trimmed = Math.min(length, left)
      this.#setFirst(mbuf, memory.read(mbuf + DATA) + trimmed, length - trimmed)
      left -= trimmed
    }
  }

  #pullUp(packet: Address, bytes: number): Address {
    const { memory } = this
    if (bytes > memory.read(packet + PACKET_LENGTH) || !isAlone(memory, packet)) return NIL
    if (bytes > bufferBytes(memory, packet)) return NIL
    const length = memory.read(packet + LENGTH)
    const data = this.#makeTailroom(packet, bytes)
    let end = data + length
    for (let mbuf = memory.read(packet + NEXT); end < data + bytes; ) {
      const moved = Math.min(memory.read(mbuf + LENGTH), data + bytes - end)
      memory.move(end, memory.read(mbuf + DATA), moved)
      this.#setFirst(mbuf, memory.read(mbuf + DATA) + moved, memory.read(mbuf + LENGTH) - moved)
      end += moved
      mbuf = memory.read(mbuf + NEXT)
    }
    memory.write(packet + LENGTH, bytes)
    return data
  }

  /** Moves the first mbuf's data as little as `bytes` bytes in a piece take; says where it is. */
  #makeTailroom(packet: Address, bytes: number): Address {
    const { memory } = this
    const data = memory.read(packet + DATA)
    const last = bufferOf(memory, packet) + bufferBytes(memory, packet) - bytes
    if (data <= last) return data
    memory.move(last, data, memory.read(packet + LENGTH))
    memory.write(packet + DATA, last)
    return last
  }
}
