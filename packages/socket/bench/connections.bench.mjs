import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import { SocketDomain } from '@smpnet/socket'
import { bench } from '@smpnet/testing'

/** Connect, request, response, close: a connection for each byte and its answer, one at a time. */
const NAME = 'crr'

/** Thread 1 accepts and answers, until it is told that the slice is over. */
export function sockets({ handle }, { index }) {
  const domain = SocketDomain.join(handle)
  const byte = new Uint8Array(1)
  if (index === 1) {
    const listener = domain.listen(NAME)
    return () => {
      for (let isLast = false; !isLast; ) {
        const socket = listener.acceptSync()
        socket.receiveSync(byte)
        isLast = byte[0] === 1
        socket.sendSync(byte)
        socket.close()
      }
    }
  }
  const call = (isLast) => {
    const socket = connected(domain)
    byte[0] = isLast ? 1 : 0
    socket.sendSync(byte)
    socket.receiveSync(byte)
    socket.close()
  }
  return (slice) => {
    let n = 0
    for (let isLast = false; !isLast; n++) {
      isLast = slice.done(n)
      const startNs = slice.nowNs()
      call(isLast)
      slice.record(slice.nowNs() - startNs)
    }
    return n
  }
}

/** The listener of the other thread may not be there yet when the first slice begins. */
function connected(domain) {
  for (;;) {
    try {
      return domain.connectSync(NAME)
    } catch (error) {
      if (error.code !== 'ECONNREFUSED') throw error
    }
  }
}

/** The same over loopback, as the event loops of two threads do it. */
export async function loopback(_, { index, exchange }) {
  if (index === 1) {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {}).on('data', (bytes) => socket.end(bytes))
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    await exchange(server.address().port)
    return () => undefined
  }
  const [, port] = await exchange(0)
  return async (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      const startNs = slice.nowNs()
      const socket = connect({ host: '127.0.0.1', port, noDelay: true })
      socket.write('x')
      await once(socket.resume(), 'close')
      slice.record(slice.nowNs() - startNs)
    }
    return n
  }
}

function pairOf(run, args) {
  return [0, 1].map(() => ({ module: import.meta.url, run, args }))
}

await bench(import.meta.url, {
  name: 'connect, request, response, close',
  what: 'connection',
  baseline: 'node:net, loopback',
  variants: {
    'node:net, loopback': { threads: () => pairOf('loopback') },
    'sockets, blocking': {
      threads: () => pairOf('sockets', { handle: SocketDomain.create({ pairs: 8 }).handle }),
    },
  },
})
