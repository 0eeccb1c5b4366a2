import { Agent, type AgentOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { expectMethods } from '@smpnet/memory'
import type { SocketDomain } from '@smpnet/socket'
import { SocketDuplex, Target } from './socket-duplex.ts'

/**
 * A stream that connects to the socket that listens at `name`. It is there at once, as that of
 * `net.connect` is, and takes what is written; it emits 'connect' when it is connected, or an
 * 'error', whose code is ECONNREFUSED where nobody listens.
 */
export function connectDuplex(domain: SocketDomain, name: string): SocketDuplex {
  expectMethods('where a stream connects', domain, ['connect'])
  return new SocketDuplex(new Target(domain, name))
}

/**
 * What a client of `node:http` or `ws` takes as its `createConnection`:
 *
 *     http.get({ path: '/', createConnection: connection(domain, 'web') })
 */
export function connection(domain: SocketDomain, name: string): () => SocketDuplex {
  expectMethods('where a connection is made', domain, ['connect'])
  return () => connectDuplex(domain, name)
}

/** An agent of `node:http`, which keeps connections for the requests to come. */
export class LocalAgent extends Agent {
  readonly #connect: () => SocketDuplex

  constructor(domain: SocketDomain, name: string, options: AgentOptions = {}) {
    super({ keepAlive: true, ...options })
    this.#connect = connection(domain, name)
  }

  override createConnection(): Duplex {
    return this.#connect()
  }
}

/** As undici declares it; of what a net.Socket has, it uses what every stream has. */
type Connected = (...result: [error: Error, socket: null] | [error: null, socket: Socket]) => void

/**
 * What a client of `undici` takes as its `connect`, which it calls with the options of a connection
 * and a callback:
 *
 *     new Client('http://web', { connect: connector(domain, 'web') })
 */
export function connector(domain: SocketDomain, name: string) {
  expectMethods('where a connector connects', domain, ['connect'])
  return (_options: unknown, done: Connected): void => {
    domain.connect(name).then(
      (socket) => done(null, new SocketDuplex(socket) as unknown as Socket),
      (error: Error) => done(error, null),
    )
  }
}
