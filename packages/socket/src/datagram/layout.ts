import { layout, word, words } from '@smpnet/memory'
import { ByteQueue } from '@smpnet/mbuf'

/** Bytes that each lock of a socket has room for, all zero before the first use of the socket. */
export const SOCKET_LOCK_BYTES = 32
const LOCK_WORDS = SOCKET_LOCK_BYTES / 4

/**
 * A datagram socket. What every call reads and few write is one line; what a receiver spins on is
 * another, apart from the locks, so that a spinning CPU does not take the lock's line from its
 * holder. The receive buffer, an mbuf `ByteQueue` under the receive lock, follows at `RECEIVE`.
 *
 * The words of the locks are never written but by the locks: a thread that still has a socket which
 * another closed may be inside when the socket is given out again.
 */
export const DATAGRAM = layout('datagram socket', {
  /** (m) of the pool: links free sockets. */
  link: word('m', 'socket'),
  /** (x) Which use of these words it is, and the state; written under the state's lock. */
  life: word('x', 'socket'),
  /** (x) What the next call reports, once, or 0: so_error. Any sets it, its reporter clears it. */
  error: word('x', 'socket'),
  /** (x) The protocol's control block; the protocol writes it. */
  pcb: word('x', 'socket'),
  /** (x) Counts what a receiver may want to see: datagrams, errors, the end. Never set back. */
  arrivals: word('x', 'arrivals'),
  /** (x) Odd while receivers may sleep. They make it so, and the waker adds 1. Never set back. */
  waiting: word('x', 'arrivals'),
  /** (x) The words of the state's lock. */
  stateLock: words(LOCK_WORDS, 'x', 'state lock'),
  /** (x) The words of the receive buffer's lock. */
  receiveLock: words(LOCK_WORDS, 'x', 'receive lock'),
})

/** Bytes from a socket's address to its receive buffer. */
export const RECEIVE = DATAGRAM.size
/** Bytes of a socket. */
export const DATAGRAM_BYTES = RECEIVE + ByteQueue.size
