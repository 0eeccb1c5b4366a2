import { parentPort, workerData } from 'node:worker_threads'
import { block } from '@smpnet/park'
import { SocketMisuse, WOULD_BLOCK } from '@smpnet/socket'
import { randomOf } from '../lib/random.mjs'
import { DOWN, fill, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'
import { listenerAt, openLocked } from './locked-parts.mjs'
import { CHANGES, END } from './locked-words.mjs'
import { Mortal } from './mortal.mjs'

/**
 * Listens, accepts and answers; or connects, asks, and looks at what comes back, until it is
 * terminated, ends after a change of memory, or is told to end. Peers come and go.
 */
const { places, seat, name, serves, seed, words, listeners, end, fault } = workerData
const random = randomOf(seed)
const death = words[CHANGES] > 0 ? new Mortal() : undefined
const { lot, sockets, td } = openLocked(places, seat)
const bytes = new Uint8Array(600)
/** Short enough that a thread hears soon that it is to end. */
const soon = () => ({ deadlineMs: td.now() + 20 })
const isOver = () => Number(Atomics.load(end, END)) !== 0

parentPort?.postMessage('up')
let turns = 0
while (!isOver()) {
  try {
    if (serves) serve()
    else call()
  } catch (error) {
    // A listener that was closed meanwhile.
    if (!(error instanceof SocketMisuse)) throw error
  }
  if (turns++ === 2) death?.endsAfter(words[CHANGES])
}
lot.leave()
parentPort?.postMessage('ended')

function serve() {
  const listener = block(td, sockets.create(td))
  listener.listenSync(td, 2)
  tells(listener.handle)
  try {
    for (let left = 1 + Math.floor(random() * 20); left > 0 && !isOver(); left--) {
      const socket = listener.acceptSync(td, soon())
      if (socket === undefined) continue
      answer(socket)
      closes(socket)
      if (turns++ === 2) death?.endsAfter(words[CHANGES])
    }
  } finally {
    listener.closeSync(td)
  }
}

function tells({ at, use }) {
  Atomics.store(listeners, listenerAt(name), at)
  Atomics.store(listeners, listenerAt(name) + 1, use)
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
  const at = Number(Atomics.load(listeners, listenerAt(name)))
  const use = Number(Atomics.load(listeners, listenerAt(name) + 1))
  if (at === 0) return
  const socket = block(td, sockets.create(td))
  try {
    if (socket.connectSync(td, { at, use }) === 0) ask(socket)
  } finally {
    closes(socket)
  }
}

function ask(socket) {
  const count = 1 + Math.floor(random() * 500)
  bytes.set([count >> 1, count & 1])
  sent(socket, 2)
  fill(bytes.subarray(0, count), 0, UP)
  sent(socket, count)
  if (received(socket, count) === count) check(count, DOWN)
}

function closes(socket) {
  const aborts = socket.state() === 'CONNECTED' && random() < 0.2
  try {
    block(td, aborts ? socket.abort(td) : socket.close(td))
  } catch (error) {
    // The peer has reset it meanwhile, which leaves nothing to abort.
    if (!aborts || !(error instanceof SocketMisuse)) throw error
    socket.closeSync(td)
  }
}

function check(count, stream) {
  Atomics.add(words, WRONG, wrongIn(bytes, count, 0, stream))
  Atomics.add(words, TAKEN, count)
}

/** Sends that many bytes, or fewer if the peer is gone, or it is to end. */
function sent(socket, count) {
  for (let at = 0; at < count && !isOver(); ) {
    const given = block(td, socket.send(td, bytes, at, count - at, true, soon()))
    if (given < 0 && given !== WOULD_BLOCK) return
    at += Math.max(given, 0)
  }
}

/** Receives that many bytes: fewer when the peer is gone, or it is to end. */
function received(socket, count) {
  let at = 0
  while (at < count && !isOver()) {
    const got = block(td, socket.receive(td, bytes, at, count - at, true, soon()))
    if (got === 0 || (got < 0 && got !== WOULD_BLOCK)) break
    at += Math.max(got, 0)
  }
  return at
}
