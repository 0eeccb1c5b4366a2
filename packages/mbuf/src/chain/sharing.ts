import { type Address, type Memory, NIL } from '@smpnet/memory'
import { BUFFER_BYTES, copyPacketFields, HEADROOM_BYTES, MBUF } from '../layout/header.ts'
import type { Stock } from '../pool/stock.ts'
import { Runs } from './runs.ts'

const { next: NEXT, data: DATA, length: LENGTH } = MBUF.offset
const { cluster: AT_CLUSTER, packetLength: PACKET_LENGTH } = MBUF.offset
/** Room behind the headroom of the first mbuf of what is shared. */
const FIRST_ROOM = BUFFER_BYTES[0] - HEADROOM_BYTES

/**
 * How many mbufs it takes to share a range: one in front, one for each run in a cluster, which is
 * referred to, and one more whenever runs in mbufs, which are copied, do not fit behind each other.
 */
export function mbufsToShare(memory: Memory, packet: Address, offset: number, bytes: number) {
  const runs = new Runs(memory)
  let count = 1
  let room: number = FIRST_ROOM
  for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
    if (isInCluster(memory, runs.mbuf)) {
      count++
      room = 0
    } else if (runs.bytes <= room) {
      room -= runs.bytes
    } else {
      count++
      room = BUFFER_BYTES[0] - runs.bytes
    }
  }
  return count
}

/** Lets `shared`, of as many mbufs, have the range, and the packet's fields; NIL stays NIL. */
export function fillShare(
  stock: Stock,
  shared: Address,
  packet: Address,
  offset: number,
  bytes: number,
): Address {
  if (shared === NIL) return NIL
  const { memory } = stock
  const runs = new Runs(memory)
  let last = shared
  let room: number = FIRST_ROOM
  for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
    const isReferred = isInCluster(memory, runs.mbuf)
    if (isReferred || runs.bytes > room) {
      last = memory.read(last + NEXT)
      room = BUFFER_BYTES[0]
    }
    if (isReferred) refer(stock, last, runs)
    else append(memory, last, runs)
    room = isReferred ? 0 : room - runs.bytes
  }
  copyPacketFields(memory, shared, packet)
  memory.write(shared + PACKET_LENGTH, bytes)
  return shared
}

function isInCluster(memory: Memory, mbuf: Address): boolean {
  return memory.read(mbuf + AT_CLUSTER) !== NIL
}

function refer(stock: Stock, mbuf: Address, run: Runs): void {
  stock.refer(mbuf, run.mbuf)
  stock.memory.write(mbuf + DATA, run.at)
  stock.memory.write(mbuf + LENGTH, run.bytes)
}

function append(memory: Memory, mbuf: Address, run: Runs): void {
  const length = memory.read(mbuf + LENGTH)
  memory.move(memory.read(mbuf + DATA) + length, run.at, run.bytes)
  memory.write(mbuf + LENGTH, length + run.bytes)
}
