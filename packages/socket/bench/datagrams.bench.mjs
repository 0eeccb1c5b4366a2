import { block } from '@smpnet/park'
import { WOULD_BLOCK } from '@smpnet/socket'
import { bench } from '@smpnet/testing'
import { enterWorld, placeWorld } from '../test/fixtures/datagram-world.mjs'

/** Datagrams of 64 bytes there and back, over a protocol that only finds the socket. */
const BYTES = 64
const STOP = 255

function connected(sockets, td, own, peer) {
  const socket = block(td, sockets.create(td))
  socket.bindSync(td, 0, own)
  socket.connectSync(td, 0, peer)
  return socket
}

/** One thread, without waiting: what an mbuf, a delivery and a receive cost. */
function sameThread(locking) {
  const { sockets, td } = enterWorld(placeWorld({ locking }))
  const [a, b] = [connected(sockets, td, 1, 2), connected(sockets, td, 2, 1)]
  const bytes = new Uint8Array(BYTES)
  return () => {
    a.trySend(td, bytes)
    b.tryReceive(td, bytes)
    b.trySend(td, bytes)
    a.tryReceive(td, bytes)
  }
}

/** Thread 0 asks and counts; thread 1 answers until it is told that the slice is over. */
export function roundTrips({ world }, { index }) {
  const { sockets, td } = enterWorld(world)
  const socket = connected(sockets, td, index + 1, 2 - index)
  const bytes = new Uint8Array(BYTES)
  const answer = () => {
    do {
      socket.receiveSync(td, bytes)
      socket.sendSync(td, bytes)
    } while (bytes[0] !== STOP)
  }
  const ask = (slice) => {
    let n = 0
    for (let last = false; !last; n++) {
      last = slice.done(n)
      bytes[0] = last ? STOP : 0
      socket.sendSync(td, bytes)
      // The other thread may not have bound its socket yet: then the first datagram is lost.
      while (!hasCome(socket, td, bytes)) socket.sendSync(td, bytes)
    }
    return n
  }
  return index === 0 ? ask : (slice) => void answer(slice)
}

/** Whether the answer comes; it is waited for without a clock unless it takes long. */
function hasCome(socket, td, bytes) {
  if (socket.receiveSoon(td, bytes) !== WOULD_BLOCK) return true
  const until = { deadlineMs: td.now() + 1000, signal: undefined }
  return block(td, socket.receive(td, bytes, 0, BYTES, undefined, true, until)) !== WOULD_BLOCK
}

function twoThreads(locking) {
  return () => {
    const args = { world: placeWorld({ locking }) }
    return [0, 1].map(() => ({ module: import.meta.url, run: 'roundTrips', args }))
  }
}

await bench(import.meta.url, {
  name: 'round trip of a datagram of 64 bytes',
  baseline: 'split locks, same thread',
  what: 'round trip',
  variants: {
    'split locks, same thread': sameThread('split'),
    'single lock, same thread': sameThread('single'),
    'split locks, two threads': { threads: twoThreads('split') },
    'single lock, two threads': { threads: twoThreads('single') },
  },
})
