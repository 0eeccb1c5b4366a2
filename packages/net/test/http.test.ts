import { once } from 'node:events'
import { createServer, get, type IncomingMessage, request } from 'node:http'
import { Worker } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { Client, fetch } from 'undici'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { connection, connector, listen, LocalAgent, processDomain, serve } from '../src/index.ts'

async function textOf(message: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const piece of message) text += piece.toString()
  return text
}

/** A server that answers with what came, and says how many connections it had. */
function serving(bufferBytes = 4096) {
  const domain = SocketDomain.create({ pairs: 8, bufferBytes })
  const listener = domain.listen('web')
  const server = createServer(async (incoming, outgoing) => {
    const body = await textOf(incoming)
    outgoing.setHeader('content-type', 'text/plain')
    outgoing.end(`${incoming.method} ${incoming.url} ${body}`)
  })
  let connections = 0
  server.on('connection', () => connections++)
  const served = serve(listener, server)
  const close = async (): Promise<void> => {
    listener.close()
    await served
    server.closeAllConnections()
  }
  return { domain, server, close, connections: () => connections }
}

describe('A server of node:http', () => {
  it('answers a client of node:http', async () => {
    const { domain, close } = serving()
    const createConnection = connection(domain, 'web')
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      get({ path: '/here', createConnection }, resolve).on('error', reject)
    })
    const answer = await answered
    expect(answer.statusCode).toBe(200)
    expect(await textOf(answer)).toBe('GET /here ')
    await close()
  })

  it('answers requests with large bodies, in chunks', async () => {
    const { domain, close } = serving(256)
    const body = 'x'.repeat(50_000)
    const createConnection = connection(domain, 'web')
    const asking = request({ method: 'POST', path: '/', createConnection })
    asking.end(body)
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    expect(await textOf(answer)).toBe(`POST / ${body}`)
    await close()
  })

  it('answers many requests of an agent over connections that are kept', async () => {
    const { domain, close, connections } = serving()
    const agent = new LocalAgent(domain, 'web', { maxSockets: 2 })
    const ask = async (path: string): Promise<string> => {
      const asking = request({ path, agent })
      asking.end()
      const [answer] = (await once(asking, 'response')) as [IncomingMessage]
      return await textOf(answer)
    }
    const paths = Array.from({ length: 20 }, (_, i) => `/${i}`)
    const answers = await Promise.all(paths.map(ask))
    expect(answers).toEqual(paths.map((path) => `GET ${path} `))
    expect(connections()).toBe(2)
    agent.destroy()
    await close()
    expect(domain.zone.open()).toBeLessThanOrEqual(2)
  })

  it('is refused where nobody listens, by the code that net gives', async () => {
    const domain = SocketDomain.create({ pairs: 2 })
    const asking = request({ path: '/', createConnection: connection(domain, 'web') })
    asking.end()
    const [error] = await once(asking, 'error')
    expect(error.code).toBe('ECONNREFUSED')
  })
})

describe('undici', () => {
  it('asks through a connector, again and again', async () => {
    const { domain, close, connections } = serving()
    const client = new Client('http://web', { connect: connector(domain, 'web') })
    for (const path of ['/a', '/b', '/c']) {
      const { statusCode, body } = await client.request({ path, method: 'POST', body: 'text' })
      expect([statusCode, await body.text()]).toEqual([200, `POST ${path} text`])
    }
    expect(connections()).toBe(1)
    const answer = await fetch('http://web/fetched', { dispatcher: client })
    expect(await answer.text()).toBe('GET /fetched ')
    await client.close()
    await close()
  })
})

describe('ws', () => {
  it('talks over a socket, of a server and a client', async () => {
    const { domain, server, close } = serving()
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => {
      socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }))
    })
    const createConnection = connection(domain, 'web')
    const client = new WebSocket('ws://web/', { createConnection })
    await once(client, 'open')
    const large = Buffer.alloc(100_000, 7)
    client.send('hello')
    expect(String((await once(client, 'message'))[0])).toBe('hello')
    client.send(large)
    expect(large.equals((await once(client, 'message'))[0])).toBe(true)
    client.close()
    await once(client, 'close')
    sockets.close()
    await close()
  })
})

describe('Threads of a process', () => {
  it('find each other by name alone, and serve HTTP', async () => {
    processDomain({ pairs: 16, buffers: 32 })
    const listener = listen('main')
    const worker = new Worker(new URL('./fixtures/web.mjs', import.meta.url), { execArgv: [] })
    const ready = await listener.accept()
    const agent = new LocalAgent(processDomain(), 'worker')
    const asking = request({ path: '/path', agent })
    asking.on('error', () => {})
    asking.end()
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    expect(await textOf(answer)).toBe('a worker answers /path')
    agent.destroy()
    ready.close()
    listener.close()
    await once(worker, 'exit')
  })
})
