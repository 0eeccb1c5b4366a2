import { type Address, layout, type Memory, NIL, word, words } from '@smpnet/memory'

/**
 * An mbuf is a line of header and 256 bytes of data, which lie in five cache lines:
 *
 *     mbuf ──> ┌──────────────┬───────────┬──────────────────────────┬──────┐
 *              │ header, 64 B │ headroom  │ data: from `data` on,    │ room │
 *              └──────────────┴───────────┴─── `length` bytes of it ─┴──────┘
 *
 * What is longer lies in a cluster, whose own first line has the count of its references, and then
 * the mbuf's 256 bytes are idle:
 *
 *     mbuf ──> │ header │ idle │      cluster ──> │ count, 64 B │ 2, 4, 9 or 64 KiB │
 *
 * The header has all fields of a packet besides those of a buffer, so that any mbuf of a chain can
 * become the first of a packet, and so that all that is looked at is one line. In FreeBSD's 256
 * bytes both would share with the data; a packet of 160 bytes, headroom and these fields need more.
 *
 * Every field is (o): it belongs to whatever thread, interrupt or lock owns the packet. A packet is
 * handed on by publishing its address, with an atomic store or under a lock.
 */
export const MBUF = layout('mbuf', {
  /** The mbuf behind this one in its packet. */
  next: word('o', 'header'),
  /** The packet behind this one in a queue. */
  nextPacket: word('o', 'header'),
  /** The address of the first byte of data, and how many bytes there are. */
  data: word('o', 'header'),
  length: word('o', 'header'),
  /** The cluster, or NIL when the data is in the mbuf. */
  cluster: word('o', 'header'),
  /** What this mbuf is: `LIVE`, bits and the owner's number. 0 in a free one. */
  kind: word('o', 'header'),
  /** From here on, of the first mbuf of a packet: bytes of all its mbufs. */
  packetLength: word('o', 'header'),
  flow: word('o', 'header'),
  receiveInterface: word('o', 'header'),
  flags: word('o', 'header'),
  segmentBytes: word('o', 'header'),
  /** Bytes at the packet's start that are the address record of a datagram. */
  addressBytes: word('o', 'header'),
  /** Kinds of three tags, a byte each, and their values. */
  tagKinds: word('o', 'header'),
  tags: words(3, 'o', 'header'),
})

/** The first line of a cluster; its bytes follow. */
export const CLUSTER = layout('cluster', {
  /** (x) How many mbufs refer to it; valid once one of them is marked `SHARED`. */
  references: word('x', 'control'),
})

/** Bytes before the data, of an mbuf and of a cluster alike. */
export const HEADER_BYTES = MBUF.size

/** Bytes of data of an mbuf, which is class 0, and of the four classes of clusters. */
export const BUFFER_BYTES = [256, 2048, 4096, 9216, 65536] as const
export const CLASSES = BUFFER_BYTES.length
/** Bytes before the data of a new packet, for headers of lower layers. */
export const HEADROOM_BYTES = 64

/** Bits of `kind`: the class of the buffer in three bits, and in eight the owner's number. */
export const CLASS = 7
/** The first of a packet: its packet fields count. */
export const PACKET = 8
/** Its cluster may have other references. None of an mbuf without this bit has. */
export const SHARED = 16
export const OWNER_SHIFT = 8
export const OWNER = 0xff00
/** In each mbuf in use, so that stray words are not taken for one. */
export const LIVE = 0x6d620000
export const LIVE_MASK = 0xffff0000 | 0

const { next: NEXT, nextPacket: NEXT_PACKET, data: DATA, length: LENGTH } = MBUF.offset
const { cluster: AT_CLUSTER, kind: KIND, packetLength: PACKET_LENGTH, flow: FLOW } = MBUF.offset
const { receiveInterface: INTERFACE, flags: FLAGS, segmentBytes: SEGMENT } = MBUF.offset
const { addressBytes: ADDRESS, tagKinds: TAG_KINDS } = MBUF.offset

/** Writes the header of an mbuf that has just been allocated. `kind` is without `LIVE`. */
export function begin(
  memory: Memory,
  mbuf: Address,
  cluster: Address,
  kind: number,
  headroom: number,
  length: number,
): void {
  memory.write(mbuf + NEXT, NIL)
  memory.write(mbuf + NEXT_PACKET, NIL)
  memory.write(mbuf + DATA, (cluster === NIL ? mbuf : cluster) + HEADER_BYTES + headroom)
  memory.write(mbuf + LENGTH, length)
  memory.write(mbuf + AT_CLUSTER, cluster)
  memory.write(mbuf + KIND, LIVE | kind)
  memory.write(mbuf + PACKET_LENGTH, length)
  clearPacket(memory, mbuf)
}

/** Makes `mbuf` the first of a packet of `length` bytes, without anything of another's header. */
export function becomePacket(memory: Memory, mbuf: Address, length: number, owner: number): void {
  const kind = memory.read(mbuf + KIND) & ~OWNER
  memory.write(mbuf + KIND, kind | PACKET | (owner << OWNER_SHIFT))
  memory.write(mbuf + NEXT_PACKET, NIL)
  memory.write(mbuf + PACKET_LENGTH, length)
  clearPacket(memory, mbuf)
}

/** Gives `to` what `from` says of its packet, but its length, its queue and its address record. */
export function copyPacketFields(memory: Memory, to: Address, from: Address): void {
  for (const field of [FLOW, INTERFACE, FLAGS, SEGMENT]) {
    memory.write(to + field, memory.read(from + field))
  }
  for (let at = TAG_KINDS; at < HEADER_BYTES; at += 4)
    memory.write(to + at, memory.read(from + at))
}

function clearPacket(memory: Memory, mbuf: Address): void {
  memory.write(mbuf + FLOW, 0)
  memory.write(mbuf + INTERFACE, 0)
  memory.write(mbuf + FLAGS, 0)
  memory.write(mbuf + SEGMENT, 0)
  memory.write(mbuf + ADDRESS, 0)
  memory.write(mbuf + TAG_KINDS, 0)
}

/** The address of the first byte that the mbuf's buffer has, used or not. */
export function bufferOf(memory: Memory, mbuf: Address): Address {
  const cluster = memory.read(mbuf + AT_CLUSTER)
  return (cluster === NIL ? mbuf : cluster) + HEADER_BYTES
}

/** Bytes that the mbuf's buffer has, used or not. */
export function bufferBytes(memory: Memory, mbuf: Address): number {
  return BUFFER_BYTES[memory.read(mbuf + KIND) & CLASS]!
}

/** Whether no other mbuf refers to this one's bytes. */
export function isAlone(memory: Memory, mbuf: Address): boolean {
  if ((memory.read(mbuf + KIND) & SHARED) === 0) return true
  return memory.load(memory.read(mbuf + AT_CLUSTER) + CLUSTER.offset.references) === 1
}
