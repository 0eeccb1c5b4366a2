import type { Address, Memory } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Discipline } from '../discipline/discipline.ts'
import type { Packets } from '../terms/packets.ts'
import type { Sent } from '../terms/outcome.ts'
import type { HandoffLock } from './handoff-lock.ts'
import type { TransmitPort } from './transmit-port.ts'

/**
 * How packets of many senders come to a device: through a queue, and by a thread that starts the
 * driver, which moves packets from the queue to the descriptors of the device.
 *
 *     sender ──send──> queue ──start──> descriptors ──> wire
 *                        └────────<─────── complete ────┘
 *
 * A sender starts the driver unless that has said that its descriptors are all in use: OACTIVE, of
 * "output active". Then the thread of the device's interrupt does, when some have gone out. A
 * packet is stranded if it is queued, there is room, and neither comes: it waits for the next
 * packet.
 *
 * All functions run in threads; each thread has an object of its own over the same words.
 */
export interface Handoff {
  /** Sends a packet. DROPPED, and counted, when the queue does not take it. */
  send(td: Waiter, packet: Address): Waiting<Sent>
  /** The device has interrupted, as descriptors have gone out: frees their packets, goes on. */
  complete(td: Waiter, queue?: number): Waiting
  /**
   * For the undertaker of `dead`, the number of a CPU or thread, after the lot has buried it, and
   * for a watchdog: no packet waits any more for what the dead would have done.
   */
  bury(td: Waiter, dead: number): Waiting
  /** Packets that are queued and not with the device. */
  queued(): number
  /** Whether senders leave the driver alone, since an interrupt is to come. */
  isStalled(): boolean
  /** What it has counted. Exact while nothing moves. */
  counts(): HandoffCounts
}

export interface HandoffCounts {
  /** Times that the driver was started, and those that gave the device nothing. */
  readonly starts: number
  readonly idleStarts: number
  /** Packets given to the device, and dropped for want of room. */
  readonly posted: number
  readonly dropped: number
}

/** What a hand-off is to be. */
export interface HandoffShape {
  /** Packets that a queue takes: FreeBSD's ifq_maxlen; for a ring a power of two. */
  readonly limit: number
  /** Transmit queues of the device that the hand-off may use. */
  readonly queues: number
  /** Packets that are taken from a queue, or given to a device, at a time. */
  readonly bulk: number
}

/** Where a hand-off is, and what it is made of. */
export interface HandoffSite {
  readonly memory: Memory
  /** `bytes` of its entry, at the start of a cache line, all zero at first. */
  readonly at: Address
  readonly shape: HandoffShape
  readonly packets: Packets
  /** The transmit queues of the device, `queues` of its entry. */
  readonly ports: readonly TransmitPort[]
  /** The lock at an address, named by what it protects. */
  readonly lock: (at: Address, name: string) => HandoffLock
  /** Makes the discipline of a queue; FIFO drop-tail unless told. For queues under a lock. */
  readonly discipline?: ((at: Address) => Discipline) | undefined
  /** Microseconds, for disciplines that go by the time. */
  readonly nowUs?: (() => number) | undefined
}

/** Bytes of what a hand-off is told how to make. */
export interface HandoffParts {
  readonly lockBytes: number
  readonly disciplineBytes: number
}
