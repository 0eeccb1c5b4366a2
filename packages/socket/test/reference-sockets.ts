import { END, type EndEvent, type EndState } from '../src/life-table.ts'

/** What a call came to: bytes, a count, nothing, or one of these words. */
export type Came = number | string | readonly number[]

/** A socket as plain JavaScript has it. */
export interface RefSocket {
  state: EndState
  /** What it may still receive. */
  bytes: number[]
  /** The other end, until that has closed. */
  peer: RefSocket | undefined
  readonly queue: RefSocket[]
  backlog: number
  /** The peer sends nothing more; the peer takes nothing more. */
  ended: boolean
  broken: boolean
}

/** How the sockets differ that are compared with the reference. */
export interface RefKind {
  /** Bytes that wait at a socket at most. */
  readonly capacity: number
  /** Whether what was sent before a reset can still be received. */
  readonly keepsBytes: boolean
  /** Whether a send takes all of its bytes or none. */
  readonly sendsAll: boolean
  /** Whether a receive may give fewer bytes than there are. */
  readonly receivesSome: boolean
}

const JOINED: readonly EndState[] = ['CONNECTED', 'SEND_SHUT', 'RECEIVE_SHUT', 'BOTH_SHUT']

/**
 * Local stream sockets without memory, locks and waiting: what each call that does not wait has to
 * come to. Which calls a state takes is asked of the table; what they come to is written here once
 * more, and otherwise than in the sources.
 */
export class RefSockets {
  constructor(readonly kind: RefKind) {}

  create(): RefSocket {
    return fresh('CREATED')
  }

  listen(socket: RefSocket, backlog: number): Came {
    if (!takes(socket, 'bind')) return 'misuse'
    socket.state = 'LISTENING'
    socket.backlog = backlog
    return 0
  }

  /** `child` is what an accept will give, if it is connected. */
  connect(socket: RefSocket, listener: RefSocket): Came {
    if (!takes(socket, 'connect')) return 'misuse'
    const isOpen = listener.state === 'LISTENING'
    if (!isOpen || listener.queue.length >= listener.backlog) return 'refused'
    const child = fresh('CONNECTED')
    ;[child.peer, socket.peer] = [socket, child]
    socket.state = 'CONNECTED'
    listener.queue.push(child)
    return 0
  }

  accept(listener: RefSocket): RefSocket | 'misuse' | undefined {
    return takes(listener, 'accept') ? listener.queue.shift() : 'misuse'
  }

  send(socket: RefSocket, bytes: readonly number[]): Came {
    const { capacity, sendsAll } = this.kind
    if (!takes(socket, 'send')) return 'misuse'
    if (socket.state === 'RESET') return report(socket)
    const { peer } = socket
    if (socket.state === 'DISCONNECTED' || socket.broken || peer === undefined) return 'broken'
    const space = capacity - peer.bytes.length
    const count = Math.min(space, bytes.length)
    if (count === 0 || (sendsAll && count < bytes.length)) return 'would block'
    peer.bytes.push(...bytes.slice(0, count))
    return count
  }

  receive(socket: RefSocket, most: number): Came {
    if (!takes(socket, 'receive')) return 'misuse'
    const isShut = socket.state === 'RECEIVE_SHUT' || socket.state === 'BOTH_SHUT'
    if (isShut || socket.state === 'DISCONNECTED') return 0
    const isReset = socket.state === 'RESET'
    if (isReset && (!this.kind.keepsBytes || socket.bytes.length === 0)) return report(socket)
    if (socket.bytes.length > 0) return socket.bytes.splice(0, most)
    return socket.ended ? 0 : 'would block'
  }

  shutdown(socket: RefSocket): Came {
    if (!takes(socket, 'shutdown')) return 'misuse'
    if (socket.state === 'CONNECTED') socket.state = 'SEND_SHUT'
    if (socket.state === 'RECEIVE_SHUT') socket.state = 'BOTH_SHUT'
    if (socket.peer !== undefined) socket.peer.ended = true
    return 0
  }

  shutdownReceive(socket: RefSocket): Came {
    if (!takes(socket, 'shutdownReceive')) return 'misuse'
    if (socket.state === 'CONNECTED') socket.state = 'RECEIVE_SHUT'
    if (socket.state === 'SEND_SHUT') socket.state = 'BOTH_SHUT'
    if (socket.peer !== undefined) socket.peer.broken = true
    return 0
  }

  close(socket: RefSocket): Came {
    if (!takes(socket, 'close')) return 'misuse'
    for (const child of socket.queue.splice(0)) this.abort(child)
    this.#leave(socket)
    return 0
  }

  abort(socket: RefSocket): Came {
    if (!takes(socket, 'abort')) return 'misuse'
    const { peer } = socket
    if (peer && JOINED.includes(socket.state) && JOINED.includes(peer.state)) peer.state = 'RESET'
    this.#leave(socket)
    return 0
  }

  #leave(socket: RefSocket): void {
    const { peer } = socket
    socket.state = 'FREED'
    if (peer === undefined) return
    ;[peer.ended, peer.broken, peer.peer] = [true, true, undefined]
  }
}

function fresh(state: EndState): RefSocket {
  const none = { peer: undefined, backlog: 0, ended: false, broken: false }
  return { state, bytes: [], queue: [], ...none }
}

function takes({ state }: RefSocket, event: EndEvent): boolean {
  return END.definition.rows.some((row) => row.state === state && row.event === event)
}

function report(socket: RefSocket): Came {
  socket.state = 'DISCONNECTED'
  return 'reset'
}
