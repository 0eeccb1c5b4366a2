import { type Address, layout, word, words } from '@smpnet/memory'

/** Bytes that each lock of a socket has room for, all zero before the first use of the socket. */
export const SOCK_LOCK_BYTES = 16
const LOCK_WORDS = SOCK_LOCK_BYTES / 4

/**
 * The control block of a local stream socket: FreeBSD's struct socket and unpcb. Each part of it is
 * a line, with the lock that most schemes put it under: `state` so_lock, `protocol` the lock of the
 * unpcb, `send` and `receive` those of the socket buffers, and the I/O locks by themselves. Which
 * lock protects which part in truth is the scheme's to say, and letters here name the part:
 *
 * (x) atomic; (s) what protects the state, (p) the protocol, (t) sending, (r) receiving, (q) the
 * queue of a listener, (n) options. The words of the locks are written by the
 * locks alone, also when the socket is given out again: a late thread may be inside.
 *
 * What sending needs is there twice: in the socket's own `send` line, or beside the bytes in the
 * peer's `receive` line, where a scheme protects both by one lock.
 */
export const SOCK = layout('local stream socket', {
  /** (x) of the zone, and unused here: a link. */
  link: word('x', 'state'),
  /** (x) Which use of the block it is, and the state; `SockState` writes it under (s), or swaps. */
  life: word('x', 'state'),
  /** (x) Which use it is, and what has the socket: its owner or a queue, and its peer: `Refs`. */
  refs: word('x', 'state'),
  /** (x) The other end's block, or NIL before the connect, after which it stays. */
  peer: word('x', 'state'),
  /** (o) of the connect: which use of its block the other end is. */
  peerUse: word('o', 'state'),
  /** (x) The thread that a socket is closed with, under (s) or (q); unused where (s) is swapped. */
  owner: word('x', 'state'),
  /** (x) Whether it may have options or a name, whose words are read then: `option-words.ts`. */
  options: word('x', 'state'),
  soLock: words(LOCK_WORDS, 'x', 'state'),

  /** (q) Of a listener: connections, oldest first; how many may be accepted, and the most. */
  head: word('m', 'queue'),
  tail: word('m', 'queue'),
  /** (x) Written under (q), and looked at without. */
  queued: word('x', 'queue'),
  backlog: word('m', 'queue'),
  /** (x) Odd while acceptors may sleep. */
  acceptors: word('x', 'queue'),
  /** (q) Connections that were refused since the queue was full. */
  overflows: word('m', 'queue'),
  /** (q) Of those in the queue besides, which an accept filter holds back; how many it has lost. */
  incomplete: word('m', 'queue'),
  drops: word('m', 'queue'),
  /** (q) of the listener in whose queue this socket is: the next one there. */
  next: word('m', 'queue'),
  /** (x) Written under (q) of the same: the filter that holds this socket back, or 0. */
  awaits: word('x', 'queue'),
  /** (q) of the same: its block, and which use of that, of a socket that is held back. */
  listener: word('x', 'queue'),
  listenerUse: word('x', 'queue'),

  pcbLock: words(LOCK_WORDS, 'x', 'protocol'),

  sndLock: words(LOCK_WORDS, 'x', 'send'),
  /** (t) Bytes that the peer has room for. */
  space: word('m', 'send'),
  /** (t) 1 when the peer takes nothing more: SBS_CANTSENDMORE, by the peer. */
  broken: word('m', 'send'),
  /** (x) Odd while senders may sleep. */
  senders: word('x', 'send'),
  /** (x) 1 when this end sends nothing more, where a scheme keeps that apart from the state. */
  sendShut: word('x', 'send'),

  rcvLock: words(LOCK_WORDS, 'x', 'receive'),
  /** (x) Bytes that came, and that were taken, modulo 2^32: changed under (r), spun on without. */
  produced: word('x', 'receive'),
  consumed: word('m', 'receive'),
  /** (r) 1 when the peer sends nothing more: SBS_CANTRCVMORE, by the peer. */
  ended: word('m', 'receive'),
  /** (x) Odd while receivers may sleep. */
  receivers: word('x', 'receive'),
  /** What the peer's sending needs: `space`, `broken` and `senders` as above. */
  peerSpace: word('m', 'receive'),
  peerBroken: word('m', 'receive'),
  peerSenders: word('x', 'receive'),

  sndIo: words(LOCK_WORDS, 'x', 'send I/O'),
  rcvIo: words(LOCK_WORDS, 'x', 'receive I/O'),

  /** (n) Written under (r), and read without; 0 is what a new socket has. `option-table.ts`. */
  sndHigh: word('x', 'options'),
  rcvHigh: word('x', 'options'),
  sndLow: word('x', 'options'),
  rcvLow: word('x', 'options'),
  sndTimeo: word('x', 'options'),
  rcvTimeo: word('x', 'options'),
  linger: word('x', 'options'),
  filter: word('x', 'options'),
  /** (x) Written under the lock of the names: the slot of its name there, or 0. */
  name: word('x', 'options'),
})

/** Where the words are by which a socket sends. */
export interface SendWords {
  readonly space: Address
  readonly broken: Address
  readonly senders: Address
}

export function ownSendWords(socket: Address): SendWords {
  const { space, broken, senders } = SOCK.offset
  return { space: socket + space, broken: socket + broken, senders: socket + senders }
}

/** Those in the line of the socket that receives. */
export function sendWordsAtPeer(peer: Address): SendWords {
  const { peerSpace, peerBroken, peerSenders } = SOCK.offset
  return { space: peer + peerSpace, broken: peer + peerBroken, senders: peer + peerSenders }
}
