import { parentPort, workerData } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { DOWN, fill, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'
import { isGone } from './waits.mjs'

/**
 * Receives ends of sockets with packets, looks at the bytes that are in them, answers in them, and
 * sends them back, until it is terminated.
 */
const { handle, end, words } = workerData
const carrier = SocketDomain.join(handle).take(end)
const [packet, bytes] = [new Uint8Array(1), new Uint8Array(200)]

parentPort?.postMessage('up')
try {
  for (;;) {
    const { length, ends } = carrier.receiveRightsSync(packet)
    if (length === 0) break
    for (const one of ends) answer(one, packet[0])
    carrier.sendRightsSync(packet, ends)
  }
} catch (error) {
  if (!isGone(error)) throw error
}

function answer(one, count) {
  let got = 0
  while (got < count) got += one.receiveSync(bytes.subarray(got, count))
  Atomics.add(words, WRONG, wrongIn(bytes, count, 0, DOWN))
  Atomics.add(words, TAKEN, count)
  fill(bytes.subarray(0, count), 0, UP)
  one.sendSync(bytes.subarray(0, count))
}
