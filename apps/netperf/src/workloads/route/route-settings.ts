import type { DispatchName } from '@smpnet/netisr'
import type { InterfaceSettings } from '../interfaces/interface-settings.ts'

/** What a router is; it can be cloned. */
export interface RouteSettings extends InterfaceSettings {
  /** Packets per second that come, of all receive queues, one for each CPU. */
  readonly linkRate: number
  readonly dispatch: DispatchName
  /** Kinds of locks that the tables are read under, or NO_LOCK. */
  readonly routeLock: string
  readonly neighbourLock: string
  /** Ns that a packet takes without its locks and queues. */
  readonly packetNs: number
}

/** Of a packet's work: to receive it, to look its way up, and to send it. */
export const PARTS = { receive: 0.4, look: 0.3, send: 0.3 } as const

/** Flows of each receive queue; no flow is on two. */
export const FLOWS_PER_QUEUE = 16

/** What is looked up: a route by its destination, and a neighbour by its route. */
export const ROUTES = 256
export const NEIGHBOURS = 8
