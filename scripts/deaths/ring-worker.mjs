import { parentPort, workerData } from 'node:worker_threads'
import { ENDED, QueueAbandoned, QueueClosed, RecordQueue } from '@smpnet/ifqueue'
import { randomOf } from '../lib/random.mjs'
import { byteAt, UP } from './bytes.mjs'
import { BEGUN, BULK, DONE, HANDS, MOST_RECORDS, of, RUNNING, STOP, TORN } from './ring-words.mjs'

/**
 * Sends numbered records, or receives them, until it is told to stop, or terminated. What it is
 * about is written down in shared memory, before and after, so that what may be said of the records
 * in its hands is known when it is dead.
 */
const { handle, id, sends, seed, fault } = workerData
const words = new Int32Array(workerData.words)
const counts = new Uint8Array(workerData.counts)
const random = randomOf(seed)
const queue = RecordQueue.open(handle)
const isHeld = handle.shape.kind === 'spsc'

Atomics.add(words, RUNNING, 1)
parentPort?.postMessage('up')
if (sends) sending()
else receiving()
queue.leave()

/** Waits as long as all of the other side are dead: another will come. */
function patiently(wait) {
  for (;;) {
    try {
      return wait()
    } catch (error) {
      if (!(error instanceof QueueAbandoned)) throw error
    }
  }
}

function sending() {
  try {
    for (let next = 1; next < MOST_RECORDS - BULK && Atomics.load(words, STOP) === 0; ) {
      const sent = random() < 0.3 ? bulkFrom(next) : oneOf(next)
      if (sent < 0) return
      next += sent
    }
  } catch (error) {
    if (!(error instanceof QueueClosed)) throw error
  }
  // Until it is terminated, or the run is over.
  while (Atomics.load(words, STOP) === 0) Atomics.wait(words, STOP, 0, 5)
}

function oneOf(number) {
  const bytes = lengthOf()
  const at = patiently(() => queue.reserveSync(bytes))
  if (at === ENDED) return ENDED
  write(at, bytes, number)
  if (random() < 0.1) {
    queue.cancel()
    return 0
  }
  Atomics.store(words, of(id, BEGUN), number)
  if (!queue.commit()) return ENDED
  Atomics.store(words, of(id, DONE), number)
  return 1
}

function bulkFrom(first) {
  let next = first
  const bytes = lengthOf()
  Atomics.store(words, of(id, BEGUN), first + BULK - 1)
  const sent = queue.fill(BULK, (at) => write(at, bytes, next++), bytes)
  if (sent > 0) Atomics.store(words, of(id, DONE), first + sent - 1)
  Atomics.store(words, of(id, BEGUN), first + Math.max(0, sent) - 1)
  return sent
}

function lengthOf() {
  return 8 + Math.floor(random() * (Math.min(queue.mostBytes, 300) - 7))
}

function write(at, bytes, number) {
  queue.words[at >> 2] = id
  queue.words[(at >> 2) + 1] = number
  const shift = fault === 'wrong bytes' ? 1 : 0
  for (let i = 8; i < bytes; i++) queue.bytes[at + i] = byteAt(id + number + i + shift, UP)
  return bytes
}

function receiving() {
  for (;;) {
    if (patiently(() => queue.peekSync()) === ENDED) return
    if (random() < 0.3) {
      queue.drain(BULK, take)
    } else {
      take(queue.tryPeek(), queue.length)
      queue.release()
    }
    Atomics.store(words, of(id, HANDS), 0)
  }
}

/** Notes what is in its hands, and only then that it has come. */
function take(at, length) {
  const [sender, number] = [queue.words[at >> 2], queue.words[(at >> 2) + 1]]
  for (let i = 8; i < length; i++) {
    if (queue.bytes[at + i] !== byteAt(sender + number + i, UP)) Atomics.add(words, TORN, 1)
  }
  const key = sender * MOST_RECORDS + number
  const held = isHeld ? Atomics.load(words, of(id, HANDS)) : 0
  Atomics.store(words, of(id, HANDS) + 1 + held, key)
  Atomics.store(words, of(id, HANDS), held + 1)
  Atomics.add(counts, key, 1)
}
