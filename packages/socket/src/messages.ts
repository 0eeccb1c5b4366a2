import { came, expectFunction } from '@smpnet/memory'
import type { AwaitOptions, WaitOptions } from '@smpnet/sync'
import { SendAborted, SocketMisuse, WOULD_BLOCK } from './errors.ts'
import { expectTold } from './expect-told.ts'
import { expectStream } from './kinds.ts'
import type { ThreadSocket } from './thread-socket.ts'

/** A message is its length in bytes, as 4 bytes, the lowest first, and then the bytes. */
const HEADER_BYTES = 4
const DEFAULT_MOST_BYTES = 16 << 20

/** How values become bytes, and what may come. */
export interface MessageOptions<T> {
  /** The longest message that is taken, either way; 16 MiB unless told. */
  readonly mostBytes?: number
  /**
   * Makes bytes of a value; `serialize` of `node:v8`, say. Bytes are sent as they are unless told.
   */
  readonly encode?: (value: T) => Uint8Array
  /** Makes a value of bytes, which are its own. */
  readonly decode?: (bytes: Uint8Array) => T
}

/** A message was longer than is taken, or the connection ended within one. */
export class BadMessage extends Error {
  override name = 'BadMessage'
  readonly code = 'EBADMSG'
}

/**
 * Messages over a socket, each as a whole, however it came. Values go by an encoding of the
 * caller's:
 *
 *     const values = new Messages(socket, { encode: v8.serialize, decode: v8.deserialize })
 *     await values.send({ any: new Map([[1, 'value']]) })
 *
 * Several calls of one event loop that send, or receive, may be under way at once, and take turns.
 * A receive that ends early, by a time or a signal, loses nothing: what had come of a message is
 * kept for the next.
 */
export class Messages<T = Uint8Array> {
  readonly #mostBytes: number
  readonly #encode: (value: T) => Uint8Array
  readonly #decode: (bytes: Uint8Array) => T
  readonly #header = new Uint8Array(HEADER_BYTES)
  /** Of the message that is coming: its bytes, once its length is known, and how many have come. */
  #bytes: Uint8Array | undefined
  #filled = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    readonly socket: ThreadSocket,
    options: MessageOptions<T> = {},
  ) {
    if (typeof (socket as Partial<ThreadSocket> | undefined)?.tryReceive !== 'function') {
      throw new SocketMisuse(`messages go over a socket: ${came(socket)} came`)
    }
    expectStream('messages', socket)
    expectTold('messages', options, ['mostBytes', 'encode', 'decode'])
    const { mostBytes = DEFAULT_MOST_BYTES, encode = asBytes, decode = asValue } = options
    expectFunction('`encode` of messages', encode)
    expectFunction('`decode` of messages', decode)
    if (!Number.isInteger(mostBytes) || mostBytes < 0 || mostBytes >= 2 ** 31) {
      throw new RangeError(`a message has 0 to 2147483647 bytes: ${came(mostBytes)} came`)
    }
    this.#mostBytes = mostBytes
    this.#encode = encode
    this.#decode = decode
  }

  /**
   * Sends a message as a whole: true when it is sent, false when the time was over before any of
   * it. Rejects as `ThreadSocket.send`, and with BadMessage if it is too long. One that was sent
   * in part when its time was over, or its signal aborted, ends the sending: the peer finds it cut.
   */
  async send(value: T, options?: AwaitOptions): Promise<boolean> {
    const framed = this.#framed(value)
    const sent = await this.socket.send(framed, options).catch((error: Error) => {
      if (error instanceof SendAborted && error.sent > 0) this.socket.shutdown()
      throw error
    })
    if (sent === 0) return false
    if (sent === framed.length) return true
    this.socket.shutdown()
    throw new BadMessage(`a message is sent as a whole: its time was over after ${sent} bytes`)
  }

  /** `send`, blocking this thread. */
  sendSync(value: T): void {
    this.socket.sendSync(this.#framed(value))
  }

  /**
   * The next message, or undefined at the end, or when the time is over. Rejects as
   * `ThreadSocket.receive`, and with BadMessage for one that is too long or ends early.
   */
  async receive(options?: AwaitOptions): Promise<T | undefined> {
    const before = this.#last
    const mine = before.then(() => this.#receive(options))
    this.#last = mine.catch(() => {})
    return await mine
  }

  /** `receive`, blocking this thread; not while a call that awaits is under way. */
  receiveSync(options?: WaitOptions): T | undefined {
    for (;;) {
      const room = this.#room()
      if (room === undefined) return this.#taken()
      const taken = this.socket.receiveSync(room, options)
      if (!this.#advances(taken)) return undefined
    }
  }

  /** The messages as they come, until the end. */
  [Symbol.asyncIterator](): AsyncIterator<T, void> {
    return {
      next: async (): Promise<IteratorResult<T, void>> => {
        const value = await this.receive()
        if (value === undefined) return { done: true, value: undefined }
        return { done: false, value: value as T }
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    }
  }

  async #receive(options?: AwaitOptions): Promise<T | undefined> {
    for (;;) {
      const room = this.#room()
      if (room === undefined) return this.#taken()
      const taken = await this.socket.receive(room, options)
      if (!this.#advances(taken)) return undefined
    }
  }

  /** Where what comes next belongs; undefined when a message is whole. */
  #room(): Uint8Array | undefined {
    if (this.#bytes === undefined) {
      if (this.#filled < HEADER_BYTES) return this.#header.subarray(this.#filled)
      const length = new DataView(this.#header.buffer).getUint32(0, true)
      this.#expectLength(length)
      this.#bytes = new Uint8Array(length)
      this.#filled = 0
    }
    return this.#filled === this.#bytes.length ? undefined : this.#bytes.subarray(this.#filled)
  }

  /** Counts what came: false at the end of all, and when nothing came in time. */
  #advances(taken: number): boolean {
    if (taken === WOULD_BLOCK) return false
    if (taken > 0) this.#filled += taken
    else if (this.#filled > 0 || this.#bytes !== undefined) {
      throw new BadMessage('a message comes as a whole: the connection ended within one')
    }
    return taken > 0
  }

  #taken(): T {
    const bytes = this.#bytes!
    this.#bytes = undefined
    this.#filled = 0
    return this.#decode(bytes)
  }

  #framed(value: T): Uint8Array {
    const bytes = this.#encode(value)
    const framed = new Uint8Array(HEADER_BYTES + bytes.length)
    this.#expectLength(bytes.length)
    new DataView(framed.buffer).setUint32(0, bytes.length, true)
    framed.set(bytes, HEADER_BYTES)
    return framed
  }

  #expectLength(length: number): void {
    if (length <= this.#mostBytes) return
    throw new BadMessage(`a message has at most ${this.#mostBytes} bytes here: ${length} came`)
  }
}

function asBytes(value: unknown): Uint8Array {
  if (Object.prototype.toString.call(value) === '[object Uint8Array]') return value as Uint8Array
  throw new TypeError(
    `a message is a Uint8Array unless an \`encode\` makes one of it: ${came(value)} came`,
  )
}

function asValue(bytes: Uint8Array): never {
  return bytes as never
}
