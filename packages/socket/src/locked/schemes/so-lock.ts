import { type LockScheme, mutex, own, sx } from './lock-scheme.ts'

/**
 * FreeBSD 12 to 14: a lock of the socket's own for its state, and for the queue of a listener. What
 * was seen before the protocol was entered is looked at again inside, which FreeBSD does in part.
 */
export const soLock: LockScheme = {
  name: 'so-lock',
  summary: 'a lock of its own, two of its buffers and two for I/O, as in FreeBSD 12 to 14',
  order: [
    sx('sndIo', 'so_snd_sx'),
    sx('rcvIo', 'so_rcv_sx'),
    mutex('names', 'unp_link'),
    mutex('pcbLock', 'unp'),
    mutex('soLock', 'so_lock'),
    mutex('sndLock', 'so_snd'),
    mutex('rcvLock', 'so_rcv'),
  ],
  areas: {
    state: own('soLock'),
    sendShut: own('soLock'),
    send: own('sndLock'),
    receive: own('rcvLock'),
    protocol: own('pcbLock'),
    queue: own('soLock'),
    sendIo: own('sndIo'),
    receiveIo: own('rcvIo'),
    names: own('names'),
  },
  looksAgain: true,
}
