import type { Address } from '@smpnet/memory'
import { OWNER_DIED, type Waiter, type Waiting } from '@smpnet/park'
import { DATAGRAM } from './layout.ts'

/**
 * What a socket needs of a lock: a mutex of `@smpnet/sync`, or one that is counted, watched or
 * profiled. An exit never parks.
 */
export interface SocketLock {
  tryEnter(td: Waiter): boolean
  enter(td: Waiter): Waiting<unknown>
  tryExit(td: Waiter): boolean
  exit(td: Waiter): Waiting<unknown>
  /** What it protects is whole again, after `enter` has said OWNER_DIED, if it ever does. */
  recover?(td: Waiter): void
}

/**
 * Enters a lock that was tried in vain, and mends what it protects if its holder has died inside.
 */
export function* enterMending(td: Waiter, lock: SocketLock, mend: () => void): Waiting {
  if ((yield* lock.enter(td)) !== OWNER_DIED) return
  mend()
  lock.recover?.(td)
}

/** Tries of `tryEnterSoon`, of some 10 ns each: a holder that runs has ended by then. */
const TRIES = 64

/**
 * `tryEnter`, again and again for about the time that a section of a socket takes: what plain code
 * has done so far would have to be undone and done anew by code that may wait. Not in simulated
 * time.
 */
export function tryEnterSoon(td: Waiter, lock: SocketLock): boolean {
  for (let left = TRIES; left > 0; left--) if (lock.tryEnter(td)) return true
  return false
}

/** Makes the view of a lock: SOCKET_LOCK_BYTES bytes at `at`, zero before the first use. */
export type MakeLock = (at: Address, name: string) => SocketLock

/** The locks of one socket, which may be one and the same. None is entered inside the other. */
export interface SocketLocks {
  /** Protects changes of the socket's state. */
  readonly state: SocketLock
  /** Protects the receive buffer, and what receivers and deliverers tell each other. */
  readonly receive: SocketLock
}

/** Which locks the parts of a socket have. */
export interface LockScheme {
  readonly name: string
  /** The views of a socket's locks, made once for each socket and thread. */
  locksOf(socket: Address, make: MakeLock): SocketLocks
}

const { stateLock, receiveLock } = DATAGRAM.offset

export const LOCK_SCHEMES = {
  /** A lock for each part: deliveries are not held up by changes of the state. */
  split: {
    name: 'split',
    locksOf: (socket, make) => ({
      state: make(socket + stateLock, 'socket state'),
      receive: make(socket + receiveLock, 'socket receive buffer'),
    }),
  },
  /** One lock for all of the socket. */
  single: {
    name: 'single',
    locksOf: (socket, make) => {
      const lock = make(socket + receiveLock, 'socket')
      return { state: lock, receive: lock }
    },
  },
} as const satisfies Record<string, LockScheme>

export type LockSchemeName = keyof typeof LOCK_SCHEMES
