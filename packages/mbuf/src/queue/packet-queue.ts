import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import { MBUF } from '../layout/header.ts'

const NEXT_PACKET = MBUF.offset.nextPacket

const QUEUE = layout('packet queue', {
  /** (m) All under the lock of the queue's owner: the first and the last packet, and how many. */
  first: word('m', 'queue'),
  last: word('m', 'queue'),
  length: word('m', 'queue'),
  /** (a) How many packets it may have. */
  limit: word('a', 'queue'),
  /** (m) Packets that came when it was full. */
  drops: word('m', 'queue'),
})
const { first: FIRST, last: LAST, length: LENGTH, limit: LIMIT, drops: DROPS } = QUEUE.offset

/**
 * Packets one behind the other, linked by their own words, first in, first out: an ifqueue without
 * its lock. All functions are plain; the caller holds the lock that the queue is under.
 */
export class PacketQueue {
  /** Bytes that a queue takes, at the start of a cache line. */
  static readonly bytes = QUEUE.size

  /** Opens the queue at `at`. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  /** Makes an empty queue at `at`. Throws a RangeError for a limit that is none. */
  static create(memory: Memory, at: Address, limit: number): PacketQueue {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(
        `a queue has room for a whole number of packets, at least 1: ${limit} came`,
      )
    }
    for (const offset of [FIRST, LAST, LENGTH, DROPS]) memory.write(at + offset, 0)
    memory.write(at + LIMIT, limit)
    return new PacketQueue(memory, at)
  }

  /** Puts a packet at the end. False, and counted, when the queue is full: the caller has it. */
  enqueue(packet: Address): boolean {
    const { memory, at } = this
    const length = memory.read(at + LENGTH)
    if (length >= memory.read(at + LIMIT)) {
      memory.write(at + DROPS, memory.read(at + DROPS) + 1)
      return false
    }
    memory.write(packet + NEXT_PACKET, NIL)
    if (length === 0) memory.write(at + FIRST, packet)
    else memory.write(memory.read(at + LAST) + NEXT_PACKET, packet)
    memory.write(at + LAST, packet)
    memory.write(at + LENGTH, length + 1)
    return true
  }

  /** Takes the first packet out, or says NIL. */
  dequeue(): Address {
    const { memory, at } = this
    const length = memory.read(at + LENGTH)
    if (length === 0) return NIL
    const packet = memory.read(at + FIRST)
    memory.write(at + FIRST, memory.read(packet + NEXT_PACKET))
    memory.write(at + LENGTH, length - 1)
    memory.write(packet + NEXT_PACKET, NIL)
    return packet
  }

  /** The first packet, which stays, or NIL. */
  first(): Address {
    return this.length() === 0 ? NIL : this.memory.read(this.at + FIRST)
  }

  /** Packets in the queue. */
  length(): number {
    return this.memory.read(this.at + LENGTH)
  }

  limit(): number {
    return this.memory.read(this.at + LIMIT)
  }

  /** Packets that came when it was full. */
  drops(): number {
    return this.memory.read(this.at + DROPS)
  }

  isFull(): boolean {
    return this.length() >= this.limit()
  }
}
