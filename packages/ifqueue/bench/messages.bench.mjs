import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { RecordQueue } from '@smpnet/ifqueue'
import { bench } from '@smpnet/testing'
import { RingBuffer } from 'ringbuf.js'

/**
 * Messages of 64 bytes from one thread or two to another. All write and read each word of them but
 * where bytes are copied, which is what ringbuf.js does; each sends one at a time unless it says
 * so.
 */
const BYTES = 64
const WORDS = BYTES / 4
const [GOES_ON, LAST] = [1, 2]
/** Messages that a port may hold: its sender waits for the receiver, as those of a ring do. */
const PORT_WINDOW = 1024

/** Thread 0 receives and counts, until each of the others has said that its slice is over. */
export function places({ handle, bulk }, { index, threads }) {
  const queue = RecordQueue.open(handle)
  const { words } = queue
  let value = 0
  const write = (at) => {
    for (let i = at >> 2, end = i + WORDS; i < end; i++) words[i] = value
    return BYTES
  }
  const over = { sum: 0, senders: 0 }
  const read = (at) => {
    const i = at >> 2
    let sum = 0
    for (let word = i; word < i + WORDS; word++) sum = (sum + words[word]) | 0
    over.sum ^= sum
    if (words[i] === LAST) over.senders++
  }
  const receive = () => {
    let n = 0
    for (over.senders = 0; over.senders < threads - 1; ) {
      read(queue.peekSync())
      queue.release()
      n++
      if (bulk > 1) n += Math.max(0, queue.drain(bulk, read))
    }
    return n
  }
  const sendOne = (what) => {
    value = what
    write(queue.reserveSync(BYTES))
    queue.commit()
  }
  const send = (slice) => {
    for (let n = 0; !slice.done(n); n++) {
      sendOne(GOES_ON)
      if (bulk > 1) queue.fill(bulk, write, BYTES)
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

/** The same by copies: `trySend` and `tryReceive`, or ringbuf.js's `push` and `pop`. */
export function copies({ handle, buffer }, { index }) {
  const bytes = new Uint8Array(BYTES)
  const { put, take } = handle === undefined ? ringbuf(buffer) : records(handle)
  const receive = () => {
    for (let n = 1; ; n++) {
      take(bytes)
      if (bytes[0] === LAST) return n
    }
  }
  const send = (slice) => {
    bytes[0] = GOES_ON
    for (let n = 0; !slice.done(n); n++) put(bytes)
    bytes[0] = LAST
    put(bytes)
  }
  return index === 0 ? receive : send
}

function records(handle) {
  const queue = RecordQueue.open(handle)
  return { put: (bytes) => queue.sendSync(bytes), take: (bytes) => queue.receiveSync(bytes) }
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
      for (let turn = 0; ring.availableWrite() < BYTES; turn++) spin(turn)
      ring.push(bytes)
    },
    take(bytes) {
      for (let turn = 0; ring.availableRead() < BYTES; turn++) spin(turn)
      ring.pop(bytes)
    },
  }
}

function copying(make) {
  return {
    threads() {
      const args = make()
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

await bench(import.meta.url, {
  name: 'messages of 64 bytes',
  measure: 'rate',
  what: 'message',
  baseline: 'ringbuf.js',
  variants: {
    'ringbuf.js': copying(() => ({
      buffer: RingBuffer.getStorageForCapacity(4096 * BYTES, Uint8Array),
    })),
    MessagePort: { threads: portPair },
    'spsc, copied': copying(() => ({ handle: RecordQueue.create(spsc).handle })),
    spsc: queueOf(spsc),
    'spsc, 32 at once': queueOf(spsc, 1, 32),
    'spsc, of any size': queueOf({ kind: 'spsc', bytes: 4096 * BYTES }),
    'spsc, of any size, 32 at once': queueOf({ kind: 'spsc', bytes: 4096 * BYTES }, 1, 32),
    'spsc, 4 KiB': queueOf({ ...spsc, records: 64 }),
    'spsc, 64 MiB': queueOf({ ...spsc, records: 1 << 20 }),
    'mpsc, 2 senders': queueOf({ ...spsc, kind: 'mpsc' }, 2),
    'mpsc, 2 senders, 32 at once': queueOf({ ...spsc, kind: 'mpsc' }, 2, 32),
    'mpmc, 1 sender': queueOf({ ...spsc, kind: 'mpmc' }),
  },
})
