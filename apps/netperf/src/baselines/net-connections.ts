import { connect, createServer } from 'node:net'
import type {
  AddressInfo,
  ListenOptions,
  NetConnectOpts,
  Server,
  ServerOpts,
  Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

/** Where a server listens: a port of the loopback interface, or a path. */
export type Listening =
  | { readonly port: number; readonly host: string }
  | { readonly path: string }

/** A free port of the loopback interface. */
export function loopback(): Listening {
  return { port: 0, host: '127.0.0.1' }
}

/** A path for a Unix socket, or a named pipe, that no other thread uses. */
export function localPath(): Listening {
  const name = `netperf-${process.pid}-${threadId}`
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}` }
  return { path: join(tmpdir(), `${name}.sock`) }
}

/** Listens for as long as the thread lives, and has `accept` take each connection. */
export function listenTo(
  at: Listening,
  options: ServerOpts,
  accept: (socket: Socket) => void,
): Promise<Listening> {
  return listening(createServer({ ...options, noDelay: true }, accept), at)
}

/** Connects without waiting for it: what is written meanwhile is sent then. */
export function dial(at: Listening, options: object): Socket {
  return connect({ ...options, ...at, noDelay: true } as NetConnectOpts)
}

/** Accepts a known number of connections, and then stops listening. */
export class Listener {
  readonly #server
  readonly #accepted: Promise<Socket[]>

  constructor(expected: number, options: ServerOpts) {
    this.#server = createServer({ ...options, noDelay: true })
    this.#accepted = new Promise((resolve) => {
      const sockets: Socket[] = []
      if (expected === 0) resolve(sockets)
      this.#server.on('connection', (socket) => {
        if (sockets.push(socket) === expected) resolve(sockets)
      })
    })
  }

  /** Resolves to the address to connect to. */
  listen(at: Listening): Promise<Listening> {
    return listening(this.#server, at)
  }

  /** Resolves to all connections. Closing the server also removes its path. */
  async accepted(): Promise<Socket[]> {
    const sockets = await this.#accepted
    this.#server.close()
    return sockets
  }
}

/** Connects, without Nagle's delay. */
export function connectTo(at: Listening, options: object): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial(at, options)
    socket.once('error', reject)
    socket.once('connect', () => resolve(socket))
  })
}

/** Resolves to the address to connect to. */
function listening(server: Server, at: Listening): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(at as ListenOptions, () => {
      if ('path' in at) resolve(at)
      else resolve({ ...at, port: (server.address() as AddressInfo).port })
    })
  })
}
