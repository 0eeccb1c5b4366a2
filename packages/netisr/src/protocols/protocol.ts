import type { Address } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import type { DispatchName, PolicyName } from '../terms/names.ts'

/** What queueing needs of packets: a link through each, and the number of its flow. */
export interface PacketLinks {
  /** The packet behind this one, or NIL. */
  nextPacket(packet: Address): Address
  setNextPacket(packet: Address, next: Address): void
  /** The number of the flow that the packet belongs to, such as a receive hash; 0 for none. */
  flow(packet: Address): number
  /** When the packet came, by the clock of the netisr; for its latencies. */
  arrivedUs?(packet: Address): number
}

/**
 * What a protocol does with a packet, in two forms. A handler owns the packet that it has taken:
 * it hands it on or frees it.
 */
export interface Handler {
  /**
   * Takes the packet without a wait; false when that would take one, and then it has done nothing.
   * Plain code.
   */
  tryInput(td: Waiter, packet: Address): boolean
  /** Takes the packet, and may wait. */
  input(td: Waiter, packet: Address): Waiting
}

/** Of a protocol's `cpu`: any CPU will do. */
export const ANY_CPU = -1

/** A protocol as an isolate registers it: the same on every CPU, but for the functions. */
export interface Protocol {
  /** From 0 to one less than the `protocols` of the shape; FreeBSD's are in `PROTOCOL_NUMBER`. */
  readonly number: number
  /** 1 to 16 visible characters of ASCII, as statistics print it. */
  readonly name: string
  /** `source` unless told. */
  readonly policy?: PolicyName | undefined
  /** The default dispatch, whatever that is at the time, unless told. */
  readonly dispatch?: DispatchName | undefined
  /** Packets that each workstream queues for it; the default queue limit unless told. */
  readonly limit?: number | undefined
  readonly handler: Handler
  /** Of policy `flow`: the flow of a packet that has none yet; 0 for none (m2flow). Plain code. */
  readonly flow?: ((packet: Address, source: number) => number) | undefined
  /** Of policy `cpu`, which needs it: the number of a CPU, or `ANY_CPU` (m2cpuid). Plain code. */
  readonly cpu?: ((packet: Address, source: number) => number) | undefined
  /**
   * Hears, in its worker's thread on `cpu`, that all packets are handled which the worker had taken
   * for this protocol (drainedcpu): what was put together of them is to be sent on now. Each packet
   * that a worker handles is followed by one. Plain code.
   */
  readonly drained?: ((cpu: number) => void) | undefined
}

/** The numbers that FreeBSD's protocols have (net/netisr.h). */
export const PROTOCOL_NUMBER = {
  ip: 1,
  igmp: 2,
  route: 3,
  arp: 4,
  ether: 5,
  ipv6: 6,
  epair: 8,
  ipDirect: 9,
  ipv6Direct: 10,
} as const
