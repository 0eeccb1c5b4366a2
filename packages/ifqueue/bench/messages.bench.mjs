import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { RecordQueue } from '@smpnet/ifqueue'
import { bench } from '@smpnet/testing'
import { RingBuffer } from 'ringbuf.js'

/**
 * Messages of 64 bytes from one thread or two to another. Those that are copied go by `sendSync`
 * and `receiveSync`, or by ringbuf.js's `push` and `pop`, which know bytes and not messages;
 * the others are eight numbers, each written and read in place. Each variant sends one at a time
 * unless it says how many at once; ringbuf.js is asked to push and to pop as many, then.
 */
const BYTES = 64
const NUMBERS = BYTES / 8
const [GOES_ON, LAST] = [1, 2]
/** Messages that a port may hold: its sender waits for the receiver, as those of a ring do. */
const PORT_WINDOW = 1024

/** A stop is looked for once in so many messages, since a look costs as much as a part of one. */
const LOOK = 16
const goesOn = (slice, n) => n % LOOK !== 0 || !slice.done(n)

/** Thread 0 receives and counts, until each of the others has said that its slice is over. */
export function places({ handle, bulk }, { index, threads }) {
  const queue = RecordQueue.open(handle)
  const { floats } = queue
  let value = 0
  const write = (at) => {
    for (let i = at >> 3, end = i + NUMBERS; i < end; i++) floats[i] = value
    return BYTES
  }
  const over = { sum: 0, senders: 0 }
  const read = (at) => {
    const i = at >> 3
    let sum = 0
    for (let number = i; number < i + NUMBERS; number++) sum += floats[number]
    over.sum += sum
    if (floats[i] === LAST) over.senders++
  }
  const receive = () => {
    let n = 0
    for (over.senders = 0; over.senders < threads - 1; ) {
      const count = bulk > 1 ? queue.drain(bulk, read) : 0
      n += count
      if (count > 0) continue
      read(queue.peekSync())
      queue.release()
      n++
    }
    return n
  }
  const sendOne = (what) => {
    value = what
    write(queue.reserveSync(BYTES))
    queue.commit()
  }
  const send = (slice) => {
    value = GOES_ON
    for (let n = 0; goesOn(slice, n); n++) {
      if (bulk === 1 || queue.fill(bulk, write, BYTES) === 0) sendOne(GOES_ON)
    }
    sendOne(LAST)
  }
  return index === 0 ? receive : send
}

function queueOf(shape, senders = 1, bulk = 1) {
  return {
    threads() {
      const { handle } = RecordQueue.create(shape)
      const args = { handle, bulk }
      return Array.from({ length: senders + 1 }, () => ({
        module: import.meta.url,
        run: 'places',
        args,
      }))
    },
  }
}

/** The same by copies, of as many messages as `bulk` says. */
export function copies({ handle, buffer, bulk }, { index }) {
  const bytes = new Uint8Array(BYTES * bulk)
  const { put, take } = handle === undefined ? ringbuf(buffer) : records(handle, bulk)
  const receive = () => {
    for (let n = 0; ; ) {
      const taken = take(bytes)
      n += taken
      if (bytes[(taken - 1) * BYTES] === LAST) return n
    }
  }
  const send = (slice) => {
    bytes.fill(GOES_ON)
    for (let n = 0; goesOn(slice, n); n++) put(bytes)
    bytes[(bulk - 1) * BYTES] = LAST
    put(bytes)
  }
  return index === 0 ? receive : send
}

function records(handle, bulk) {
  const queue = RecordQueue.open(handle)
  if (bulk === 1) {
    const take = (bytes) => queue.receiveSync(bytes) / BYTES
    return { put: (bytes) => queue.sendSync(bytes), take }
  }
  const put = (bytes) => {
    for (let sent = 0; sent < bulk; ) {
      const count = queue.trySendAll(bytes.subarray(sent * BYTES), BYTES)
      if (count === 0) queue.sendSync(bytes.subarray(sent * BYTES, sent++ * BYTES + BYTES))
      else sent += count
    }
  }
  const take = (bytes) => queue.tryReceiveAll(bytes) || queue.receiveSync(bytes) / BYTES
  return { put, take }
}

/** Which has no way to wait but to look again; it naps when that is long in vain. */
function ringbuf(buffer) {
  const ring = new RingBuffer(buffer, Uint8Array)
  const nap = new Int32Array(new SharedArrayBuffer(4))
  const spin = (turn) => {
    if (turn > 10_000) Atomics.wait(nap, 0, 0, 0.05)
  }
  return {
    put(bytes) {
      for (let turn = 0; ring.availableWrite() < bytes.length; turn++) spin(turn)
      ring.push(bytes)
    },
    take(bytes) {
      for (let turn = 0; ring.availableRead() < bytes.length; turn++) spin(turn)
      return ring.pop(bytes) / BYTES
    },
  }
}

function copying(make, bulk = 1) {
  return {
    threads() {
      const args = { ...make(), bulk }
      return [0, 1].map(() => ({ module: import.meta.url, run: 'copies', args }))
    },
  }
}

/** A port whose receiver looks, as that of a ring does: an event loop costs more. */
export function ports({ port, shared }, { index }) {
  const taken = new Int32Array(shared)
  let posted = 0
  const receive = () => {
    for (let n = 0; ; ) {
      const found = receiveMessageOnPort(port)
      if (found === undefined) continue
      n++
      Atomics.add(taken, 0, 1)
      if (found.message[0] === LAST) return n
    }
  }
  const post = (what) => {
    while (((posted - Atomics.load(taken, 0)) | 0) >= PORT_WINDOW);
    port.postMessage(new Uint8Array(BYTES).fill(what))
    posted = (posted + 1) | 0
  }
  const send = (slice) => {
    for (let n = 0; !slice.done(n); n++) post(GOES_ON)
    post(LAST)
  }
  return index === 0 ? receive : send
}

function portPair() {
  const { port1, port2 } = new MessageChannel()
  const shared = new SharedArrayBuffer(4)
  return [port1, port2].map((port) => ({
    module: import.meta.url,
    run: 'ports',
    args: { port, shared },
    transfer: [port],
  }))
}

const spsc = { kind: 'spsc', recordBytes: BYTES, records: 4096 }
const sized = { kind: 'spsc', bytes: 4096 * BYTES }
const mpsc = { ...spsc, kind: 'mpsc' }
const storage = () => ({ buffer: RingBuffer.getStorageForCapacity(4096 * BYTES, Uint8Array) })
const copied = () => ({ handle: RecordQueue.create(spsc).handle })

await bench(import.meta.url, {
  name: 'messages of 64 bytes',
  measure: 'rate',
  what: 'message',
  baseline: 'ringbuf.js',
  variants: {
    'ringbuf.js': copying(storage),
    'ringbuf.js, 32 at once': copying(storage, 32),
    MessagePort: { threads: portPair },
    'spsc, copied': copying(copied),
    'spsc, copied, 32 at once': copying(copied, 32),
    spsc: queueOf(spsc),
    'spsc, 32 at once': queueOf(spsc, 1, 32),
    'spsc, of any size': queueOf(sized),
    'spsc, of any size, 32 at once': queueOf(sized, 1, 32),
    'spsc, 4 KiB': queueOf({ ...spsc, records: 64 }),
    'spsc, 4 KiB, 32 at once': queueOf({ ...spsc, records: 64 }, 1, 32),
    'spsc, 64 MiB': queueOf({ ...spsc, records: 1 << 20 }),
    'spsc, 64 MiB, 32 at once': queueOf({ ...spsc, records: 1 << 20 }, 1, 32),
    'mpsc, 2 senders': queueOf(mpsc, 2),
    'mpsc, 2 senders, 32 at once': queueOf(mpsc, 2, 32),
    'mpmc, 1 sender': queueOf({ ...spsc, kind: 'mpmc' }),
  },
})
