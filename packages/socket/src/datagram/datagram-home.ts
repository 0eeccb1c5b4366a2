import type { Address, Memory } from '@smpnet/memory'
import type { Mbufs } from '@smpnet/mbuf'
import type { Waiter, Waiting } from '@smpnet/park'
import type { SocketLocks } from './lock-schemes.ts'
import type { DatagramProtocol } from './protocol.ts'
import type { ReceiveBuffer } from './receive-buffer.ts'

/** Names one use of a socket for another thread; it can be cloned and posted. */
export interface DatagramHandle {
  readonly at: Address
  /** Which use of the socket is meant: sockets are given out again once they are closed. */
  readonly use: number
}

/** The parts of one socket, as one thread sees them; they serve for all uses of it. */
export interface DatagramParts {
  readonly locks: SocketLocks
  readonly buffer: ReceiveBuffer
}

/** What a socket needs of where it comes from. */
export interface DatagramHome {
  readonly memory: Memory
  readonly mbufs: Mbufs
  /** The owner of what is sent, in the accounts of the mbufs. */
  readonly owner: number
  /** Throws SocketMisuse while there is none. */
  readonly protocol: DatagramProtocol
  partsOf(socket: Address): DatagramParts
  /** Takes a socket back that is closed. */
  free(socket: Address, use: number): Waiting<unknown>
  /** Has receivers look again: `announce`, and `wake`. */
  stir(td: Waiter, socket: Address): Waiting
}
