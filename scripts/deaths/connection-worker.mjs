import { parentPort, workerData } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { randomOf } from '../lib/random.mjs'
import { DOWN, fill, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'
import { isGone } from './waits.mjs'

/**
 * Connects again and again, sends some bytes, and looks at what comes back, until it is terminated
 * or told to end; or listens, and answers each connection. Names and peers come and go.
 */
const { handle, name, serves, seed, words, end, fault } = workerData
const random = randomOf(seed)
const domain = SocketDomain.join(handle)
const bytes = new Uint8Array(600)
/** Short enough that a thread hears soon that it is to end. */
const soon = { timeoutMs: 20 }
const PASSING = new Set(['ECONNREFUSED', 'ETIMEDOUT', 'EADDRINUSE'])
const isOver = () => Number(Atomics.load(end, 0)) !== 0

parentPort?.postMessage('up')
while (!isOver()) {
  try {
    if (serves) serve()
    else call()
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (!isGone(error) && !PASSING.has(code ?? '')) throw error
  }
}
domain.detach()
parentPort?.postMessage('ended')

function serve() {
  const listener = domain.listen(name, { backlog: 2 })
  try {
    while (!isOver()) {
      const socket = listener.acceptSync(soon)
      if (socket !== undefined) closing(socket, answer)
    }
  } finally {
    listener.close()
  }
}

/** As many bytes as were announced, each of which says where it belongs. */
function answer(socket) {
  const length = received(socket, 2)
  const count = bytes[0] * 2 + bytes[1]
  if (length === 2 && received(socket, count) === count) {
    check(count, UP)
    fill(bytes.subarray(0, count), 0, fault === 'wrong bytes' ? UP : DOWN)
    sent(socket, count)
  }
}

function call() {
  closing(domain.connectSync(name, soon), (socket) => {
    const count = 1 + Math.floor(random() * 500)
    bytes.set([count >> 1, count & 1])
    sent(socket, 2)
    fill(bytes.subarray(0, count), 0, UP)
    sent(socket, count)
    if (received(socket, count) === count) check(count, DOWN)
  })
}

function closing(socket, use) {
  try {
    use(socket)
  } finally {
    socket.close()
  }
}

function check(count, stream) {
  Atomics.add(words, WRONG, wrongIn(bytes, count, 0, stream))
  Atomics.add(words, TAKEN, count)
}

/** Sends that many bytes, or fewer if it is to end. */
function sent(socket, count) {
  for (let at = 0; at < count && !isOver(); ) {
    at += socket.sendSync(bytes.subarray(at, count), soon)
  }
}

/** Receives that many bytes: fewer when the other end has closed, or it is to end. */
function received(socket, count) {
  let at = 0
  while (at < count && !isOver()) {
    const got = socket.receiveSync(bytes.subarray(at, count), soon)
    if (got === 0) break
    if (got > 0) at += got
  }
  return at
}
