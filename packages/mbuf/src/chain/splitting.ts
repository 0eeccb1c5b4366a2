import { type Address, type Memory, NIL } from '@smpnet/memory'
import {
  becomePacket,
  BUFFER_BYTES,
  bufferOf,
  copyPacketFields,
  HEADROOM_BYTES,
  MBUF,
  OWNER,
  OWNER_SHIFT,
} from '../layout/header.ts'
import type { Stock } from '../pool/stock.ts'

const { next: NEXT, data: DATA, length: LENGTH, kind: KIND } = MBUF.offset
const { cluster: AT_CLUSTER, packetLength: PACKET_LENGTH } = MBUF.offset

/** Whether a cut at `offset` goes through a buffer, so that the second part needs an mbuf. */
export function cutsThrough(memory: Memory, packet: Address, offset: number): boolean {
  const { mbuf, at } = seek(memory, packet, offset)
  return at < memory.read(mbuf + LENGTH) || memory.read(mbuf + NEXT) === NIL
}

/**
 * Cuts the packet at `offset`, which it has, and returns the second part. `spare` is a new packet
 * of one mbuf if the cut goes through a buffer. What is behind the cut there is copied into it, or
 * shared if that is much.
 */
export function splitAt(stock: Stock, packet: Address, offset: number, spare: Address): Address {
  const { memory } = stock
  const { mbuf, at } = seek(memory, packet, offset)
  const length = memory.read(packet + PACKET_LENGTH)
  const next = memory.read(mbuf + NEXT)
  const second = spare === NIL ? next : spare
  memory.write(mbuf + NEXT, NIL)
  if (spare !== NIL) {
    takeRest(stock, spare, mbuf, at)
    memory.write(spare + NEXT, next)
  }
  const owner = (memory.read(packet + KIND) & OWNER) >> OWNER_SHIFT
  becomePacket(memory, second, length - offset, owner)
  copyPacketFields(memory, second, packet)
  memory.write(packet + PACKET_LENGTH, offset)
  return second
}

/** The mbuf in which, or behind which, the cut is: the first one that reaches so far. */
function seek(memory: Memory, packet: Address, offset: number): { mbuf: Address; at: number } {
  let mbuf = packet
  let at = offset
  while (at > memory.read(mbuf + LENGTH)) {
    at -= memory.read(mbuf + LENGTH)
    mbuf = memory.read(mbuf + NEXT)
  }
  return { mbuf, at }
}

/** Gives `spare` what `mbuf` has from `at` on. */
function takeRest(stock: Stock, spare: Address, mbuf: Address, at: number): void {
  const { memory } = stock
  const from = memory.read(mbuf + DATA) + at
  const bytes = memory.read(mbuf + LENGTH) - at
  const room = BUFFER_BYTES[0] - bytes
  if (memory.read(mbuf + AT_CLUSTER) !== NIL && room < HEADROOM_BYTES) {
    stock.refer(spare, mbuf)
    memory.write(spare + DATA, from)
  } else {
    const to = bufferOf(memory, spare) + Math.min(HEADROOM_BYTES, room)
    memory.move(to, from, bytes)
    memory.write(spare + DATA, to)
  }
  memory.write(spare + LENGTH, bytes)
  memory.write(mbuf + LENGTH, at)
}
