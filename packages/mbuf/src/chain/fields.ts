import type { Address, Memory } from '@smpnet/memory'
import { MBUF, OWNER, OWNER_SHIFT } from '../layout/header.ts'

const { next: NEXT, nextPacket: NEXT_PACKET, data: DATA, length: LENGTH } = MBUF.offset
const { kind: KIND, packetLength: PACKET_LENGTH, flow: FLOW, flags: FLAGS } = MBUF.offset
const { receiveInterface: INTERFACE, segmentBytes: SEGMENT, addressBytes: ADDRESS } = MBUF.offset
const { tagKinds: TAG_KINDS, tags: TAGS } = MBUF.offset

/** Tags that a packet has room for. */
const MOST_TAGS = 3

/**
 * The fields of packets and of their mbufs. A packet is known by the address of its first mbuf, and
 * all of it belongs to the caller. Nothing here waits, takes a lock or allocates.
 */
export class Fields {
  constructor(readonly memory: Memory) {}

  /** Bytes of data in the whole packet. */
  length(packet: Address): number {
    return this.memory.read(packet + PACKET_LENGTH)
  }

  /** The mbuf behind this one in the same packet, or NIL. */
  next(mbuf: Address): Address {
    return this.memory.read(mbuf + NEXT)
  }

  /** The address of this mbuf's first byte of data. */
  data(mbuf: Address): Address {
    return this.memory.read(mbuf + DATA)
  }

  /** Bytes of data in this mbuf; 0 in one that was trimmed or pulled empty. */
  bytes(mbuf: Address): number {
    return this.memory.read(mbuf + LENGTH)
  }

  /** The packet behind this one in the queue that it is in, or NIL. */
  nextPacket(packet: Address): Address {
    return this.memory.read(packet + NEXT_PACKET)
  }
  setNextPacket(packet: Address, next: Address): void {
    this.memory.write(packet + NEXT_PACKET, next)
  }

  /** Names what belongs together, so that it keeps its order; 0 until it is set. */
  flow(packet: Address): number {
    return this.memory.read(packet + FLOW)
  }
  setFlow(packet: Address, flow: number): void {
    this.memory.write(packet + FLOW, flow)
  }

  /** The number of the interface by which it came; 0 until it is set. */
  receiveInterface(packet: Address): number {
    return this.memory.read(packet + INTERFACE)
  }
  setReceiveInterface(packet: Address, number: number): void {
    this.memory.write(packet + INTERFACE, number)
  }

  /** Bits about checksums, segmentation and delivery, which mean what its users agree on. */
  flags(packet: Address): number {
    return this.memory.read(packet + FLAGS)
  }
  setFlags(packet: Address, flags: number): void {
    this.memory.write(packet + FLAGS, flags)
  }

  /** Bytes of payload in each segment that the packet is to be cut into; 0 for none. */
  segmentBytes(packet: Address): number {
    return this.memory.read(packet + SEGMENT)
  }
  setSegmentBytes(packet: Address, bytes: number): void {
    this.memory.write(packet + SEGMENT, bytes)
  }

  /** Bytes at the packet's start that are the address record of a datagram; see `ByteQueue`. */
  addressBytes(packet: Address): number {
    return this.memory.read(packet + ADDRESS)
  }
  setAddressBytes(packet: Address, bytes: number): void {
    this.memory.write(packet + ADDRESS, bytes)
  }

  /** The number of the packet's owner in the accounts: see `Mbufs.owners`. */
  owner(packet: Address): number {
    return (this.memory.read(packet + KIND) & OWNER) >> OWNER_SHIFT
  }
  setOwner(packet: Address, owner: number): void {
    const kind = this.memory.read(packet + KIND) & ~OWNER
    this.memory.write(packet + KIND, kind | ((owner << OWNER_SHIFT) & OWNER))
  }

  /** The value of the tag of that kind, from 1 to 255; `absent` when there is none. */
  tag(packet: Address, kind: number, absent = 0): number {
    const slot = this.#slotOf(packet, kind)
    return slot < 0 ? absent : this.memory.read(packet + TAGS + slot * 4)
  }

  /** Tags the packet, in place of a tag of that kind. False when it has three of other kinds. */
  setTag(packet: Address, kind: number, value: number): boolean {
    const before = this.#slotOf(packet, kind)
    const slot = before < 0 ? this.#slotOf(packet, 0) : before
    if (slot < 0) return false
    this.#setKind(packet, slot, kind)
    this.memory.write(packet + TAGS + slot * 4, value)
    return true
  }

  /** Takes the tag of that kind away, if there is one. */
  removeTag(packet: Address, kind: number): void {
    const slot = this.#slotOf(packet, kind)
    if (slot >= 0) this.#setKind(packet, slot, 0)
  }

  #slotOf(packet: Address, kind: number): number {
    const kinds = this.memory.read(packet + TAG_KINDS)
    for (let slot = 0; slot < MOST_TAGS; slot++) {
      if (((kinds >> (slot * 8)) & 0xff) === kind) return slot
    }
    return -1
  }

  #setKind(packet: Address, slot: number, kind: number): void {
    const others = this.memory.read(packet + TAG_KINDS) & ~(0xff << (slot * 8))
    this.memory.write(packet + TAG_KINDS, others | (kind << (slot * 8)))
  }
}
