import type { ArrivalName, DispatchName, PolicyName } from '@smpnet/netisr'

/**
 * How packets are taken from a receive queue, beside netisr's workers: by a thread that is more
 * urgent and goes on while there are any, as interrupts of drivers did; by one that is as urgent
 * and leaves the CPU after a budget, as NAPI and iflib do; or by one that is less urgent, as a
 * sender is that hands packets over.
 */
export const RECEIVERS = ['interrupt', 'polled', 'thread'] as const
export type ReceiverName = (typeof RECEIVERS)[number]

/** What comes in. Numbers of flows are what the card has hashed; 0 has none. */
export type Traffic = SyntheticTraffic | CaptureTraffic

export interface SyntheticTraffic {
  readonly kind: 'synthetic'
  readonly flows: number
  readonly perSecond: number
  readonly arrival: ArrivalName
  readonly zipf: number
}

/** Packets of a file, in its order, again and again. */
export interface CaptureTraffic {
  readonly kind: 'capture'
  /** Ns since the first, the flow's number, and the number of the interface, of each packet. */
  readonly timesNs: Float64Array
  readonly flows: Int32Array
  readonly sources: Uint16Array
  /** Whether times do not count, and each comes as soon as the one before was taken. */
  readonly isFlood: boolean
}

/** What the dispatch program is told; it can be cloned. */
export interface DispatchSettings {
  readonly dispatch: DispatchName
  readonly policy: PolicyName
  /** Workers of netisr, on the first CPUs, and receive queues, on the first CPUs as well. */
  readonly threads: number
  readonly queues: number
  /** The CPU that receives most, and says when a slice is over. */
  readonly leader: number
  readonly receiver: ReceiverName
  /** Packets that a polling receiver takes before others have a turn. */
  readonly budget: number
  /** Ns from an interrupt of a receive queue to its next at least. */
  readonly intervalNs: number
  /** Packets in a queue of netisr, and those for which a receive queue has descriptors. */
  readonly limit: number
  readonly ring: number
  /** Ns that a packet takes its receiver, and its handler. */
  readonly receiveNs: number
  readonly workNs: number
  /** A kind of lock that netisr's table of protocols is read under, or `none`. */
  readonly registryLock: string
  /** Whether what is known to starve is let be. */
  readonly mayStarve: boolean
  readonly traffic: Traffic
}
