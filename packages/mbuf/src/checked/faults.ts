import { type Address, type Memory, NIL } from '@smpnet/memory'
import {
  bufferBytes,
  bufferOf,
  CLASS,
  CLUSTER,
  LIVE,
  LIVE_MASK,
  MBUF,
  PACKET,
  SHARED,
} from '../layout/header.ts'
import { isItem, type MbufHandle } from '../pool/pool-shape.ts'
import { FREED } from './poison.ts'

const { next: NEXT, data: DATA, length: LENGTH, cluster: AT_CLUSTER } = MBUF.offset
const { kind: KIND, packetLength: PACKET_LENGTH } = MBUF.offset

/** Something is wrong with a packet: its user has made a mistake. */
export class MbufFault extends Error {
  override name = 'MbufFault'
}

/** Throws a fault unless an mbuf in use is at `mbuf`. */
export function expectMbuf(memory: Memory, handle: MbufHandle, mbuf: Address): void {
  if (!isItem(handle.ranges[0]!, mbuf)) {
    throw new MbufFault(`a packet is at the address of an mbuf of ${handle.name}: ${mbuf} came`)
  }
  const kind = memory.read(mbuf + KIND)
  if ((kind & LIVE_MASK) === LIVE) return
  const isFree = kind === FREED || kind === 0
  throw new MbufFault(
    isFree
      ? `the mbuf at ${mbuf} is to be in use, and it has been freed`
      : `the kind of the mbuf at ${mbuf} says that it is in use: 0x${hex(kind)} came`,
  )
}

/** Throws a fault unless a whole packet, with nothing wrong in it, is at `packet`. */
export function expectPacket(memory: Memory, handle: MbufHandle, packet: Address): void {
  expectChain(memory, handle, packet)
  if ((memory.read(packet + KIND) & PACKET) === 0) {
    throw new MbufFault(`a packet is named by its first mbuf: ${packet}, which is no first, came`)
  }
  let sum = 0
  for (let mbuf = packet; mbuf !== NIL; mbuf = memory.read(mbuf + NEXT)) {
    sum += memory.read(mbuf + LENGTH)
    if (mbuf === packet || (memory.read(mbuf + KIND) & PACKET) === 0) continue
    throw new MbufFault(`a packet has one first mbuf: ${mbuf} in the packet ${packet} is another`)
  }
  const length = memory.read(packet + PACKET_LENGTH)
  if (sum === length) return
  throw new MbufFault(`the packet at ${packet} has ${length} bytes, and its mbufs have ${sum}`)
}

/** Throws a fault unless mbufs in use, each as it should be, follow each other to an end. */
export function expectChain(memory: Memory, handle: MbufHandle, first: Address): void {
  let left = handle.ranges[0]!.count
  for (let mbuf = first; mbuf !== NIL; mbuf = memory.read(mbuf + NEXT)) {
    expectMbuf(memory, handle, mbuf)
    expectBuffer(memory, handle, mbuf)
    if (left-- > 0) continue
    throw new MbufFault(`the chain that begins at ${first} has an end: it leads round in a circle`)
  }
}

/** Throws a fault when two packets have an mbuf in common. */
export function expectApart(memory: Memory, one: Address, other: Address): void {
  const seen = new Set<Address>()
  for (let mbuf = one; mbuf !== NIL; mbuf = memory.read(mbuf + NEXT)) seen.add(mbuf)
  for (let mbuf = other; mbuf !== NIL; mbuf = memory.read(mbuf + NEXT)) {
    if (!seen.has(mbuf)) continue
    throw new MbufFault(`two packets have no mbuf in common: ${one} and ${other} have ${mbuf}`)
  }
}

function expectBuffer(memory: Memory, handle: MbufHandle, mbuf: Address): void {
  const cluster = memory.read(mbuf + AT_CLUSTER)
  const size = memory.read(mbuf + KIND) & CLASS
  const range = handle.ranges[size]
  if (size === 0 ? cluster !== NIL : range === undefined || !isItem(range, cluster)) {
    throw new MbufFault(
      `the mbuf at ${mbuf} says that its buffer is of class ${size}: its cluster is ${cluster}`,
    )
  }
  expectData(memory, mbuf)
  if ((memory.read(mbuf + KIND) & SHARED) !== 0) expectReferences(memory, handle, mbuf, cluster)
}

function expectData(memory: Memory, mbuf: Address): void {
  const first = bufferOf(memory, mbuf)
  const end = first + bufferBytes(memory, mbuf)
  const data = memory.read(mbuf + DATA)
  const length = memory.read(mbuf + LENGTH)
  if (data >= first && length >= 0 && data + length <= end) return
  throw new MbufFault(
    `the data of the mbuf at ${mbuf} lies from ${first} to ${end}: ` +
      `${length} bytes from ${data} on came`,
  )
}

function expectReferences(
  memory: Memory,
  handle: MbufHandle,
  mbuf: Address,
  cluster: Address,
): void {
  const count = memory.load(cluster + CLUSTER.offset.references)
  const most = handle.ranges[0]!.count
  if (count >= 1 && count <= most) return
  throw new MbufFault(
    `the cluster of the mbuf at ${mbuf} has from 1 to ${most} references: its count is ${count}`,
  )
}

function hex(word: number): string {
  return (word >>> 0).toString(16)
}
