import { parentPort, workerData } from 'node:worker_threads'
import { openSocket, WOULD_BLOCK } from '@smpnet/socket'
import { randomOf } from '../lib/random.mjs'
import { DOWN, fill, lengthAt, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'

/** Sends and receives until it is terminated, or, once in a while, closes its end itself. */
const { handle, how, seed, words } = workerData
const random = randomOf(seed)
const socket = openSocket(handle)
const [from, to] = [new Uint8Array(999), new Uint8Array(777)]
let [sent, received] = [0, 0]
let isShut = false

parentPort?.postMessage('up')
if (how === 'awaits') await Promise.all([sending(), receiving()])
else for (let turns = 0; ; turns++) moves(turns)

function next() {
  const most = 1 + Math.floor(random() * from.length)
  const bytes = from.subarray(0, how === 'packets' ? lengthAt(sent, UP) : most)
  fill(bytes, sent, UP)
  return bytes
}

function took(count) {
  if (count <= 0) return
  if (how === 'packets' && count !== lengthAt(received, DOWN)) Atomics.add(words, WRONG, count)
  Atomics.add(words, WRONG, wrongIn(to, count, received, DOWN))
  Atomics.add(words, TAKEN, count)
  received += count
}

/** By tries and waits in turn, neither of which may keep the other direction for ever. */
function moves(turns) {
  if (!isShut && random() < 0.001) {
    socket.shutdown()
    isShut = true
  }
  const given = isShut ? 0 : socket.sendSync(next(), { timeoutMs: turns % 3 })
  sent += Math.max(given, 0)
  const taken = socket.receiveSync(to, { timeoutMs: turns % 2 })
  if (taken !== WOULD_BLOCK) took(taken)
}

async function sending() {
  for (;;) sent += await socket.send(next())
}

async function receiving() {
  for (;;) took(await socket.receive(to))
}
