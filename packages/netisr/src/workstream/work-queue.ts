import { type Address, type Memory, NIL } from '@smpnet/memory'
import type { PacketLinks } from '../protocols/protocol.ts'
import { WORK } from '../shape/netisr-layout.ts'

type Count = 'len' | 'limit' | 'watermark' | 'hybridDispatched' | 'drops' | 'queued' | 'handled'

/**
 * The queue of one protocol in one workstream: packets linked through words of their own. Plain
 * code under the workstream's lock, but for `count`, which statistics read without it.
 */
export class WorkQueue {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly packets: PacketLinks,
  ) {}

  /** Appends a packet; false, and counted, when the queue is full. */
  append(packet: Address): boolean {
    const { memory, at, packets } = this
    const len = memory.read(at + WORK.offset.len)
    if (len >= memory.read(at + WORK.offset.limit)) {
      this.add('drops', 1)
      return false
    }
    packets.setNextPacket(packet, NIL)
    const tail = memory.read(at + WORK.offset.tail)
    if (tail === NIL) memory.write(at + WORK.offset.head, packet)
    else packets.setNextPacket(tail, packet)
    memory.write(at + WORK.offset.tail, packet)
    memory.write(at + WORK.offset.len, len + 1)
    if (len >= memory.read(at + WORK.offset.watermark)) {
      memory.write(at + WORK.offset.watermark, len + 1)
    }
    this.add('queued', 1)
    return true
  }

  /** Takes all of it: the first packet, with the others linked behind it. */
  takeAll(): Address {
    const { memory, at } = this
    const head = memory.read(at + WORK.offset.head)
    memory.write(at + WORK.offset.head, NIL)
    memory.write(at + WORK.offset.tail, NIL)
    memory.write(at + WORK.offset.len, 0)
    return head
  }

  setLimit(limit: number): void {
    this.memory.write(this.at + WORK.offset.limit, limit)
  }

  add(what: Count, by: number): void {
    const at = this.at + WORK.offset[what]
    this.memory.write(at, this.memory.read(at) + by)
  }

  count(what: Count): number {
    return this.memory.read(this.at + WORK.offset[what])
  }
}
