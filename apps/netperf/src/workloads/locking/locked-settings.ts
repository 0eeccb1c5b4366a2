/**
 * What is done over the sockets: round trips, a stream, connections that are made, used for a round
 * trip and closed, at a listener of each pair or at one for all; or one call is counted.
 */
export const RATED = ['rr', 'stream', 'crr', 'crr-one'] as const
export const COUNTED = ['connect', 'accept', 'send', 'receive', 'close'] as const

export type Rated = (typeof RATED)[number]
export type Counted = (typeof COUNTED)[number]
export type Traffic = Rated | Counted

/** What the sockets are, and what is done; it can be cloned. */
export interface LockedSettings {
  /** The lock scheme, by its name. */
  readonly locking: string
  readonly traffic: Traffic
  /** Bytes of a message. */
  readonly size: number
  readonly looksFirst: boolean
}

export function isRated(traffic: Traffic): traffic is Rated {
  return (RATED as readonly string[]).includes(traffic)
}

/** Bytes that wait at a socket: FreeBSD's net.local.stream.recvspace was 8192. */
export const RECEIVE_BYTES = 8192
