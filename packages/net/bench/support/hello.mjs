import { Agent, createServer, request } from 'node:http'
import { connect } from 'node:net'
import { connection, connector, LocalAgent, serve } from '@smpnet/net'
import { SocketDomain } from '@smpnet/socket'
import { Client } from 'undici'
import { WebSocket, WebSocketServer } from 'ws'

/** A server in one thread and a client in another, over loopback or over sockets of ours. */
const NAME = 'web'

/** Starts the server of thread 1, and tells thread 0 the port of it. */
async function serveOver(over, handle, exchange) {
  const server = createServer((_, response) => response.end('hello world'))
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }))
  })
  let port = 0
  if (over === 'loopback') {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = server.address().port
  } else {
    serve(SocketDomain.join(handle).listen(NAME), server)
  }
  await exchange(port)
  return () => undefined
}

const askers = {
  /** A client of node:http with an agent that keeps its connections. */
  http({ over, domain, port, inFlight }) {
    const options = { maxSockets: inFlight, keepAlive: true }
    const isLocal = over !== 'loopback'
    const agent = isLocal ? new LocalAgent(domain, NAME, options) : new Agent(options)
    const target = isLocal ? { path: '/', agent } : { host: '127.0.0.1', port, path: '/', agent }
    return () =>
      new Promise((resolve, reject) => {
        const asking = request(target, (answer) => answer.resume().on('end', resolve))
        asking.on('error', reject).end()
      })
  },
  /** A client of undici, with one connection for each request in flight. */
  undici({ over, domain, port, inFlight }) {
    const isLocal = over !== 'loopback'
    const url = isLocal ? `http://${NAME}` : `http://127.0.0.1:${port}`
    const options = isLocal ? { connect: connector(domain, NAME) } : {}
    const clients = Array.from({ length: inFlight }, () => new Client(url, options))
    let next = 0
    return async () => {
      const { body } = await clients[next++ % inFlight].request({ path: '/', method: 'GET' })
      await body.dump()
    }
  },
  /** Echoes of one WebSocket, one at a time. */
  async ws({ over, domain, port }) {
    const isLocal = over !== 'loopback'
    const createConnection = isLocal
      ? connection(domain, NAME)
      : (options) => connect({ ...options, host: '127.0.0.1', port, noDelay: true })
    const socket = new WebSocket(`ws://${NAME}/`, { createConnection, perMessageDeflate: false })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return () =>
      new Promise((resolve) => {
        socket.once('message', resolve)
        socket.send('hello world')
      })
  },
}

/** `inFlight` requests at a time; the latency of each is recorded when there is one. */
export async function hello({ over, by, handle, inFlight }, { index, exchange }) {
  if (index === 1) return await serveOver(over, handle, exchange)
  const [, port] = await exchange(0)
  const domain = over === 'loopback' ? undefined : SocketDomain.join(handle)
  const ask = await askers[by]({ over, domain, port, inFlight })
  await ask()
  const lane = async (slice, count) => {
    while (!slice.done(count.asked)) {
      count.asked++
      const startNs = inFlight === 1 ? slice.nowNs() : 0
      await ask()
      if (inFlight === 1) slice.record(slice.nowNs() - startNs)
    }
  }
  return async (slice) => {
    const count = { asked: 0 }
    await Promise.all(Array.from({ length: inFlight }, () => lane(slice, count)))
    return count.asked
  }
}

/** Two threads that talk by one client, over each of both. */
export function variants(by, inFlight) {
  return Object.fromEntries(
    ['loopback', 'sockets'].map((over) => {
      const threads = () => {
        const domain = SocketDomain.create({ pairs: 32 })
        const args = { over, by, handle: domain.handle, inFlight }
        return [0, 1].map(() => ({ module: import.meta.url, run: 'hello', args }))
      }
      return [`${by}, ${over}`, { threads }]
    }),
  )
}
