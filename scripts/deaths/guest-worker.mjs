import { parentPort, workerData } from 'node:worker_threads'
import { LOOPBACK } from '@smpnet/inet'
import { failureOf, WOULD_BLOCK } from '@smpnet/socket'
import { attachGuest } from '@smpnet/stack/live'
import { randomOf } from '../lib/random.mjs'
import { HEAD_BYTES, headOf, isWhole, writeDatagram } from './datagrams.mjs'
import { CHANGES, END, STEPS, WRONG } from './guest-words.mjs'
import { Mortal } from './mortal.mjs'

/**
 * Makes sockets of a kernel, names them and their peers, asks servers there and looks at the
 * answers, and closes them, until it is terminated, ends after a change of memory, or is told to.
 */
const { handle, id, port, cpus, seed, words, fault } = workerData
const random = randomOf(seed)
const death = words[CHANGES] > 0 ? new Mortal() : undefined
const { net, td, detach } = attachGuest(handle)
const bytes = new Uint8Array(3_000)
const soon = () => ({ deadlineMs: td.now() + 20 })
let number = 0

parentPort?.postMessage('up')
while (Number(Atomics.load(words, END)) === 0) {
  const socket = net.sockets.createSync(td)
  // The name may be another's just now.
  if (random() < 0.3) socket.bindSync(td, LOOPBACK, 20_000 + Math.floor(random() * 8))
  const peer = port + Math.floor(random() * cpus)
  const isConnected = random() < 0.5
  if (isConnected) good(socket.connectSync(td, LOOPBACK, peer))
  for (let left = 1 + Math.floor(random() * 6); left > 0; left--) {
    const length =
      HEAD_BYTES + Math.floor(random() * (random() < 0.7 ? 100 : bytes.length - HEAD_BYTES))
    writeDatagram(bytes, length, id, ++number)
    const sent = isConnected
      ? socket.sendSync(td, bytes, 0, length)
      : socket.sendToSync(td, bytes, 0, length, LOOPBACK, peer)
    if (sent === length) receive(socket)
  }
  socket.closeSync(td)
  if (Atomics.add(words, STEPS, 1) === 2) death?.endsAfter(words[CHANGES])
}
detach()
parentPort?.postMessage('ended')

/**
 * An answer that is lost is none that is wrong, and nor is one to a socket that had this name
 * before: each says by its number what it is to be.
 */
function receive(socket) {
  const got = socket.receiveSync(td, bytes, 0, bytes.length, undefined, soon())
  if (got < 0) return
  if (fault === 'wrong bytes') bytes[got - 1] ^= 1
  const head = headOf(bytes)
  const isToCome = head.id === id && head.number > number
  if (isToCome || !isWhole(bytes, got)) Atomics.add(words, WRONG, 1)
}

function good(result) {
  const failure = failureOf(result)
  if (failure !== undefined && result !== WOULD_BLOCK) {
    throw new Error(`${failure.name}: ${failure.sentence}`)
  }
}
