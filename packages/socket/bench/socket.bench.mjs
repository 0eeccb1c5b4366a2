import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { Arena, LiveMemory } from '@smpnet/memory'
import { SocketZone } from '@smpnet/socket'
import { Lot, NotifyWaker } from '@smpnet/park'
import { bench } from '@smpnet/testing'

/** Round trips of one byte between two worker threads that block, one operation each. */
const STOP = 255

function open({ buffer, lot, zone, ends }, index) {
  const memory = new LiveMemory(buffer)
  const here = new Lot(memory, lot, new NotifyWaker(memory), Lot.attach(memory, lot))
  return { socket: new SocketZone(here, zone).end(ends[index]), me: here.waiter() }
}

/** Thread 0 asks and counts; thread 1 answers until it is told that the slice is over. */
export function roundTrips(args, { index }) {
  const { socket, me } = open(args, index)
  const byte = new Uint8Array(1)
  const answer = () => {
    do {
      socket.receiveSync(me, byte)
      socket.sendSync(me, byte)
    } while (byte[0] !== STOP)
  }
  const ask = (slice) => {
    let n = 0
    for (let last = false; !last; n++) {
      last = slice.done(n)
      byte[0] = last ? STOP : 0
      socket.sendSync(me, byte)
      socket.receiveSync(me, byte)
    }
    return n
  }
  return index === 0 ? ask : (slice) => void answer(slice)
}

function sockets() {
  const memory = LiveMemory.create(16 << 20)
  const arena = Arena.create(memory)
  const lot = Lot.place(arena, { threads: 3 })
  const here = new Lot(memory, lot, new NotifyWaker(memory), Lot.attach(memory, lot))
  const zone = new SocketZone(here, SocketZone.place(arena))
  const ends = zone.pairSync(here.waiter()).map((end) => end.handle)
  const args = { buffer: memory.buffer, lot, zone: zone.handle, ends }
  return [0, 1].map(() => ({ module: import.meta.url, run: 'roundTrips', args }))
}

/** Two words that two threads write and spin on, and nothing else: the limit that the host sets. */
export function twoWords({ shared }, { index }) {
  const words = new Int32Array(shared)
  const [mine, theirs] = index === 0 ? [0, 64] : [64, 0]
  let last = 0
  const answer = () => {
    for (let seen = 0; seen !== STOP; ) {
      while ((seen = Atomics.load(words, theirs)) === last);
      last = seen
      Atomics.store(words, mine, seen)
    }
  }
  const ask = (slice) => {
    let n = 0
    for (let last = false; !last; n++) {
      last = slice.done(n)
      const value = last ? STOP : 1000 + (n & 1)
      Atomics.store(words, mine, value)
      while (Atomics.load(words, theirs) !== value);
    }
    return n
  }
  return index === 0 ? ask : (slice) => void answer(slice)
}

function wordPair() {
  const args = { shared: new SharedArrayBuffer(4096) }
  return [0, 1].map(() => ({ module: import.meta.url, run: 'twoWords', args }))
}

/** Sockets on one thread, without waiting: what the ring itself costs. */
function sameThread() {
  const memory = LiveMemory.create(16 << 20)
  const arena = Arena.create(memory)
  const lot = Lot.place(arena, { threads: 1 })
  const here = new Lot(memory, lot, new NotifyWaker(memory), Lot.attach(memory, lot))
  const zone = new SocketZone(here, SocketZone.place(arena))
  const td = here.waiter()
  const [a, b] = zone.pairSync(td)
  const byte = new Uint8Array(1)
  return () => {
    a.trySend(td, byte)
    b.tryReceive(td, byte)
    b.trySend(td, byte)
    a.tryReceive(td, byte)
  }
}

/** A MessagePort without an event loop: the fastest way to use one on one thread. */
function samePort() {
  const { port1, port2 } = new MessageChannel()
  const byte = new Uint8Array(1)
  return () => {
    port1.postMessage(byte)
    receiveMessageOnPort(port2)
    port2.postMessage(byte)
    receiveMessageOnPort(port1)
  }
}

await bench(import.meta.url, {
  name: 'round trip of one byte',
  baseline: 'MessagePort, same thread',
  what: 'round trip',
  variants: {
    'MessagePort, same thread': samePort(),
    'socket, same thread': sameThread(),
    'socket, two threads': { threads: sockets },
    'two words, two threads': { threads: wordPair },
  },
})
