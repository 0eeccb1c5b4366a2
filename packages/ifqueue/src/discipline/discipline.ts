import type { Address, Memory } from '@smpnet/memory'
import type { Chance, ManagedPackets } from '../terms/packets.ts'

/**
 * How packets wait for their device: in which order, how many, and which are dropped or marked so
 * that senders slow down. All functions are plain code under the lock of the queue, but `shown`,
 * which any thread may ask, and `counts`, which are exact while nothing moves.
 */
export interface Discipline {
  /** Takes a packet at `nowUs`; false, and counted, when it is dropped: the caller has it still. */
  enqueue(packet: Address, nowUs: number): boolean
  /** The packet that goes out next, which is no longer queued then, or NIL. */
  dequeue(nowUs: number): Address
  /** Packets that are queued. */
  length(): number
  /** Shows threads that have not the lock how many those are; its caller has settled. */
  publish(): void
  /** As many as were shown last. */
  shown(): number
  counts(): QueueCounts
  /** Makes it whole, in which a thread has died: what it was moving may be lost. */
  mend(): void
}

/** What a queue has counted. Packets, but for `bytes`. */
export interface QueueCounts {
  readonly length: number
  readonly bytes: number
  /** The most packets that were queued at once. */
  readonly watermark: number
  /** Taken in, and handed out. */
  readonly queued: number
  readonly taken: number
  /** Dropped because there was no room, and dropped early, to slow senders down. */
  readonly fullDrops: number
  readonly earlyDrops: number
  /** Marked, in the place of an early drop. */
  readonly marks: number
}

/** Where a discipline is, and what it goes by. */
export interface DisciplineSite {
  readonly memory: Memory
  /** `bytes` of its entry, at the start of a cache line, all zero at first. */
  readonly at: Address
  readonly packets: ManagedPackets
  /** Packets that it takes at most. */
  readonly limit: number
  /** Takes a packet that is dropped after it was queued: plain code under the queue's lock. */
  readonly drop: (packet: Address) => void
  /** For disciplines that leave something to chance. */
  readonly chance?: Chance | undefined
  readonly knobs?: DisciplineKnobs | undefined
}

/** What disciplines can be told; each has a default from its own source. */
export interface DisciplineKnobs {
  /** CoDel: the delay that is acceptable, and how long it may be more, in microseconds. */
  readonly targetUs?: number
  readonly intervalUs?: number
  /** Bytes of the largest packet. */
  readonly mtu?: number
  /** FQ-CoDel: how many flows are told apart, and the bytes that each may send in its turn. */
  readonly flows?: number
  readonly quantum?: number
  /** What the hash of flows begins with, so that nobody can aim at the queue of another. */
  readonly salt?: number
  /** RED: between these mean lengths packets are dropped with a probability up to `mostEarly`. */
  readonly leastMean?: number
  readonly mostMean?: number
  readonly mostEarly?: number
  /** RED: the share of a new length in the mean, as a power of two: 9 is 1/512. */
  readonly weightShift?: number
  /** RED: microseconds that a packet takes to go out, by which an idle queue's mean decays. */
  readonly packetUs?: number
  /** Priority: how many bands there are. */
  readonly bands?: number
}
