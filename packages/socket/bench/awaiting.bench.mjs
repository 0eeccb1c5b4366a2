import { MessageChannel } from 'node:worker_threads'
import { openSocket, socketPair } from '@smpnet/socket'
import { bench } from '@smpnet/testing'

/**
 * Messages of some bytes there and back, one at a time, as the event loop of one thread awaits
 * them: from another that awaits, too, and from one that blocks; beside two that post to each
 * other.
 */
const SIZES = { '64 B': 64, '4 KiB': 4 << 10, '1 MiB': 1 << 20 }

async function received(socket, bytes) {
  for (let got = 0; got < bytes.length; ) got += await socket.receive(bytes.subarray(got))
}

/** Thread 0 asks and awaits; thread 1 answers until a first byte tells it that it is over. */
export function sockets({ handles, blocks, size }, { index }) {
  const socket = openSocket(handles[index])
  const bytes = new Uint8Array(size)
  if (index === 1)
    return blocks ? () => answerBlocking(socket, bytes) : () => answer(socket, bytes)
  return asks(async (isLast) => {
    bytes[0] = isLast ? 1 : 0
    await socket.send(bytes)
    await received(socket, bytes)
  })
}

async function answer(socket, bytes) {
  do {
    await received(socket, bytes)
    await socket.send(bytes)
  } while (bytes[0] !== 1)
}

function answerBlocking(socket, bytes) {
  do {
    for (let got = 0; got < bytes.length; ) got += socket.receiveSync(bytes.subarray(got))
    socket.sendSync(bytes)
  } while (bytes[0] !== 1)
}

/** The same by two event loops that post copies. */
export function ports({ port, size }, { index }) {
  const next = () => new Promise((resolve) => port.once('message', resolve))
  if (index === 1) {
    return async () => {
      for (let bytes = [0]; bytes[0] !== 1; ) {
        bytes = await next()
        port.postMessage(bytes)
      }
    }
  }
  let bytes = new Uint8Array(size)
  return asks(async (isLast) => {
    bytes[0] = isLast ? 1 : 0
    const answered = next()
    port.postMessage(bytes)
    bytes = await answered
  })
}

function asks(ask) {
  return async (slice) => {
    let n = 0
    for (let isLast = false; !isLast; n++) {
      isLast = slice.done(n)
      const startNs = slice.nowNs()
      await ask(isLast)
      slice.record(slice.nowNs() - startNs)
    }
    return n
  }
}

function overSockets(size, blocks) {
  const threads = () => {
    const handles = socketPair().map(({ handle }) => handle)
    const args = { handles, blocks, size }
    return [0, 1].map(() => ({ module: import.meta.url, run: 'sockets', args }))
  }
  return { threads }
}

function overPorts(size) {
  const threads = () => {
    const { port1, port2 } = new MessageChannel()
    return [port1, port2].map((port) => ({
      module: import.meta.url,
      run: 'ports',
      args: { port, size },
      transfer: [port],
    }))
  }
  return { threads }
}

const variants = Object.entries(SIZES).flatMap(([name, size]) => [
  [`${name}, ports`, overPorts(size)],
  [`${name}, both await`, overSockets(size, false)],
  [`${name}, one blocks`, overSockets(size, true)],
])

await bench(import.meta.url, {
  name: 'round trips of an event loop',
  measure: 'time',
  what: 'round trip',
  baseline: '64 B, ports',
  variants: Object.fromEntries(variants),
})
