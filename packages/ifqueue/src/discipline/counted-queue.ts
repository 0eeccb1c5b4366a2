import { type Address, layout, type Memory, word } from '@smpnet/memory'
import {
  expectFunction,
  expectMethods,
  expectObject,
  expectPlace,
  expectWhole,
} from '../terms/expect.ts'
import type { ManagedPackets } from '../terms/packets.ts'
import type { DisciplineSite, QueueCounts } from './discipline.ts'

/** What every discipline has: its bound and its counts, in one line. (m) is the queue's lock. */
export const QUEUE = layout('interface queue', {
  /**
   * (x) `length` as threads see it that have not the lock: written under the lock, by `publish`.
   */
  shown: word('x', 'queue'),
  /** (m) Packets that are queued. */
  length: word('m', 'queue'),
  /** (m) Of `PacketList`, where there is one list alone. */
  head: word('m', 'queue'),
  tail: word('m', 'queue'),
  bytes: word('m', 'queue'),
  watermark: word('m', 'queue'),
  queued: word('m', 'queue'),
  taken: word('m', 'queue'),
  fullDrops: word('m', 'queue'),
  earlyDrops: word('m', 'queue'),
  marks: word('m', 'queue'),
})
const { shown: SHOWN, length: LENGTH, bytes: BYTES, watermark: WATERMARK } = QUEUE.offset

export type Counter = 'queued' | 'taken' | 'fullDrops' | 'earlyDrops' | 'marks'

/** FreeBSD's IFQ_MAXLEN is 50; no queue needs more than this. */
export const MOST_PACKETS = 1 << 24

/** The bound and the counts of a discipline; what it does between them is its own. */
export abstract class CountedQueue {
  readonly memory: Memory
  readonly at: Address
  readonly packets: ManagedPackets
  readonly limit: number
  readonly drop: (packet: Address) => void

  constructor(site: DisciplineSite) {
    expectObject('where a discipline is', site)
    const { memory, at, packets, limit, drop, knobs } = site
    expectPlace('a discipline', memory, at)
    expectFunction('drop', drop)
    if (knobs !== undefined) expectObject('knobs', knobs)
    expectMethods('packets', packets, 'nextPacket', 'setNextPacket', 'bytes')
    expectWhole('limit', limit, 1, MOST_PACKETS)
    this.memory = memory
    this.at = at
    this.packets = packets
    this.limit = limit
    this.drop = drop
  }

  length(): number {
    return this.memory.read(this.at + LENGTH)
  }

  publish(): void {
    this.memory.store(this.at + SHOWN, this.length())
  }

  shown(): number {
    return this.memory.load(this.at + SHOWN)
  }

  counts(): QueueCounts {
    const read = (name: keyof typeof QUEUE.offset) => {
      return this.memory.load(this.at + QUEUE.offset[name]) >>> 0
    }
    return {
      length: read('length'),
      bytes: read('bytes'),
      watermark: read('watermark'),
      queued: read('queued'),
      taken: read('taken'),
      fullDrops: read('fullDrops'),
      earlyDrops: read('earlyDrops'),
      marks: read('marks'),
    }
  }

  /** Bytes that are queued. Under the lock. */
  protected bytes(): number {
    return this.memory.read(this.at + BYTES)
  }

  /** A packet has come. */
  protected entered(packet: Address): void {
    const { memory, at } = this
    const length = memory.read(at + LENGTH) + 1
    memory.write(at + BYTES, memory.read(at + BYTES) + this.packets.bytes(packet))
    if (length > memory.read(at + WATERMARK)) memory.write(at + WATERMARK, length)
    this.count('queued')
    memory.write(at + LENGTH, length)
  }

  /** A packet has left, to go out or to be dropped. */
  protected left(packet: Address): void {
    const { memory, at } = this
    memory.write(at + BYTES, memory.read(at + BYTES) - this.packets.bytes(packet))
    memory.write(at + LENGTH, memory.read(at + LENGTH) - 1)
  }

  protected count(name: Counter): void {
    const at = this.at + QUEUE.offset[name]
    this.memory.write(at, (this.memory.read(at) + 1) | 0)
  }

  /** What is in it after a death. */
  protected mended(length: number, bytes: number): void {
    this.memory.write(this.at + BYTES, bytes)
    this.memory.write(this.at + LENGTH, length)
  }
}
