import type { Address } from '@smpnet/memory'
import type { SocketLock } from '../../datagram/lock-schemes.ts'

/** Locks that all sockets share, each in a place of its own. */
export type SharedLock = 'accept' | 'names'

/** The lock words of a control block, and those that all sockets share. */
export type LockPlace =
  | 'soLock'
  | 'pcbLock'
  | 'sndLock'
  | 'rcvLock'
  | 'sndIo'
  | 'rcvIo'
  | SharedLock

/** What a scheme puts under a lock. */
export type Area =
  /** The state, `life`. */
  | 'state'
  /** That this end sends nothing more: a part of the state. */
  | 'sendShut'
  /** What it takes to send: space, and whether the peer takes more. */
  | 'send'
  /** Bytes that came, and whether more will. */
  | 'receive'
  /** The protocol's part: what the peer is reached through. */
  | 'protocol'
  /** A listener's queue. */
  | 'queue'
  /** The table of names. */
  | 'names'
  /** Serialises whole sends, and whole receives: sblock. */
  | 'sendIo'
  | 'receiveIo'

/** A lock that protects an area of a socket: its own one of that name, or its peer's. */
export interface LockRef {
  readonly lock: LockPlace
  readonly of: 'own' | 'peer'
}

/** A lock of a scheme, as witness and the documents name it. */
export interface LockType {
  readonly place: LockPlace
  readonly name: string
  /** Whether its holder may sleep: an sx lock, and else a mutex. */
  readonly isSleepable: boolean
}

/**
 * Which locks the parts of a local stream socket are under. The operations are the same for all:
 * they say which parts they are about to touch, and `Sections` works out which locks are taken, in
 * which order, and which have to be let go and taken again for that.
 */
export interface LockScheme {
  readonly name: string
  readonly summary: string
  /** Its locks, outermost first: the declared lock order. */
  readonly order: readonly LockType[]
  /** What protects each area; an area without a lock is a word that is swapped, or needs none. */
  readonly areas: Readonly<Partial<Record<Area, LockRef>>>
  /**
   * Whether what a call has seen of the state is looked at again, under the lock that protects it,
   * after locks were let go on the way into the protocol. FreeBSD 5 to 11 did not.
   */
  readonly looksAgain: boolean
}

/** Makes the view of a lock of SOCK_LOCK_BYTES bytes at `at`, zero before the first use. */
export type MakeSockLock = (at: Address, type: LockType) => SocketLock

export const own = (lock: LockPlace): LockRef => ({ lock, of: 'own' })
export const peers = (lock: LockPlace): LockRef => ({ lock, of: 'peer' })

export const mutex = (place: LockPlace, name: string): LockType => {
  return { place, name, isSleepable: false }
}
export const sx = (place: LockPlace, name: string): LockType => {
  return { place, name, isSleepable: true }
}
