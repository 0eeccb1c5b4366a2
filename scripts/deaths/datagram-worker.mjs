import { parentPort, workerData } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { randomOf } from '../lib/random.mjs'
import { DOWN, fill, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'
import { HERE, MOST, placeOf, withPlace } from './datagram-bytes.mjs'

/**
 * Sends datagrams to the supervisor's name, each of which says where its bytes belong, and looks at
 * those that come back, until it is terminated or told to end.
 */
const { handle, name, seed, words, end } = workerData
const random = randomOf(seed)
const domain = SocketDomain.join(handle)
const socket = domain.datagrams(name)

parentPort?.postMessage('up')
for (let sent = 0; Number(Atomics.load(end, 0)) === 0; ) {
  const bytes = new Uint8Array(Math.floor(random() * MOST))
  fill(bytes, sent, UP)
  if (socket.trySendTo(HERE, withPlace(sent, bytes))) sent += bytes.length + 1
  const came = socket.receiveSync({ timeoutMs: Math.floor(random() * 3) })
  if (came === undefined) continue
  const own = came.bytes.subarray(4)
  const isOther = came.from !== HERE
  Atomics.add(words, WRONG, wrongIn(own, own.length, placeOf(came.bytes), DOWN) + Number(isOther))
  Atomics.add(words, TAKEN, 1)
}
socket.close()
domain.detach()
parentPort?.postMessage('ended')
