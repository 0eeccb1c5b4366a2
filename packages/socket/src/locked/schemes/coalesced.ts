import { type LockScheme, mutex, own } from './lock-scheme.ts'

/**
 * One lock for all of a socket, the protocol's part included: nothing is let go on the way into
 * the protocol. A thread that moves bytes holds the locks of both ends, the lower address first.
 */
export const coalesced: LockScheme = {
  name: 'coalesced',
  summary: 'one lock for all of a socket; both ends are locked to move bytes',
  order: [mutex('names', 'unp_link'), mutex('soLock', 'socket')],
  areas: {
    state: own('soLock'),
    sendShut: own('soLock'),
    send: own('soLock'),
    receive: own('soLock'),
    protocol: own('soLock'),
    queue: own('soLock'),
    names: own('names'),
  },
  looksAgain: true,
}
