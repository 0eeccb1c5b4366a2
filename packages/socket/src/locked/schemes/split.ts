import { type LockScheme, mutex, own, sx } from './lock-scheme.ts'

/**
 * FreeBSD 5 to 11. The mutex of the receive buffer is the socket's lock, too; that nothing more is
 * sent is under the send buffer's; and one accept lock is for the queues of all listeners. What
 * the socket layer has seen it does not look at again after it has let go of its mutexes to enter
 * the protocol, whose lock comes first.
 */
export const split: LockScheme = {
  name: 'split',
  summary: 'state under the mutexes of both buffers, as in FreeBSD 5 to 11',
  order: [
    sx('sndIo', 'so_snd_sx'),
    sx('rcvIo', 'so_rcv_sx'),
    mutex('names', 'unp_link'),
    mutex('pcbLock', 'unp'),
    mutex('accept', 'accept'),
    mutex('sndLock', 'so_snd'),
    mutex('rcvLock', 'so_rcv'),
  ],
  areas: {
    state: own('rcvLock'),
    sendShut: own('sndLock'),
    send: own('sndLock'),
    receive: own('rcvLock'),
    protocol: own('pcbLock'),
    queue: own('accept'),
    sendIo: own('sndIo'),
    receiveIo: own('rcvIo'),
    names: own('names'),
  },
  looksAgain: false,
}
