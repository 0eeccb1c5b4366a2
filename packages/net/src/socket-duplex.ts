import { Duplex, type DuplexOptions } from 'node:stream'
import { came } from '@smpnet/memory'
import {
  ConnectionReset,
  RESET,
  type SocketDomain,
  type ThreadSocket,
  WOULD_BLOCK,
} from '@smpnet/socket'

/** Bytes that are received at once, at most; and from which a new piece of memory is taken. */
const PIECE_BYTES = 64 << 10
const LEAST_ROOM_BYTES = 4 << 10

/**
 * Small pieces that were written while the socket was busy are sent as one, up to so many bytes.
 */
const MOST_GATHERED_BYTES = 64 << 10

type Done = (error?: Error | null) => void

/** Where a stream is to connect itself: see `connectDuplex`. */
export class Target {
  constructor(
    readonly domain: SocketDomain,
    readonly name: string,
  ) {}
}

/** What Node's streams are told, but for what a socket says itself. */
export type SocketDuplexOptions = Pick<
  DuplexOptions,
  'allowHalfOpen' | 'readableHighWaterMark' | 'writableHighWaterMark'
>

/**
 * A socket between threads as a stream of Node, for all that takes one: `pipe`, `node:http`, `ws`.
 * It has the methods of `net.Socket` that these call, and owns the socket: when both sides have
 * ended, or it is destroyed, the socket is closed, and by an error it is aborted.
 *
 * A read looks once, and waits for what is not there with a call of its own, which the end of the
 * stream calls off. A write goes into the ring at once if there is room, so that it costs no turn
 * of the event loop; what was written meanwhile is gathered.
 */
export class SocketDuplex extends Duplex {
  readonly #ending = new AbortController()
  readonly #target: Target | undefined
  #socket: ThreadSocket | undefined
  #piece = new Uint8Array(0)
  #used = 0
  /** Calls that wait: they have ended before the socket is closed. */
  readonly #waits = new Set<Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined
  #timeoutMs = 0

  /** `from` is a socket; or where one is to be connected, while what is written waits. */
  constructor(from: ThreadSocket | Target, options: SocketDuplexOptions = {}) {
    expectSource(from)
    super({ ...options, autoDestroy: true, emitClose: true })
    if (from instanceof Target) this.#target = from
    else this.#socket = from
  }

  /** The socket that it is of. Throws an Error before it is connected. */
  get socket(): ThreadSocket {
    if (this.#socket !== undefined) return this.#socket
    throw new Error('a stream has a socket when it is connected: it is not')
  }

  /** Whether its socket is still to be connected; when that is done, it emits 'connect'. */
  get connecting(): boolean {
    return this.#socket === undefined && !this.destroyed
  }

  override _construct(done: Done): void {
    // Streams of Node construct themselves before this class has its fields.
    queueMicrotask(() => {
      if (this.#target === undefined) return done()
      const { domain, name } = this.#target
      domain.connect(name, { signal: this.#ending.signal }).then(
        (socket) => {
          this.#socket = socket
          if (!this.destroyed) this.emit('connect')
          done()
        },
        (error: Error) => done(error),
      )
    })
  }

  override destroy(error?: Error): this {
    if (this.connecting) this.#ending.abort()
    return super.destroy(error)
  }

  override _read(): void {
    const room = this.#room()
    if (!this.#look(room)) this.#wait(this.#receive(room))
  }

  /** Hands on what is there now, or how that ended: whether there is nothing more to wait for. */
  #look(room: Uint8Array): boolean {
    try {
      const taken = this.socket.tryReceive(room)
      if (taken === WOULD_BLOCK) return false
      if (taken === RESET) throw new ConnectionReset()
      this.#received(room, taken)
    } catch (error) {
      this.destroy(error as Error)
    }
    return true
  }

  override _write(bytes: Uint8Array, _: string, done: Done): void {
    this.#send(bytes, done)
  }

  override _writev(pieces: { chunk: Uint8Array }[], done: Done): void {
    const all = pieces.map(({ chunk }) => chunk)
    const bytes = all.reduce((sum, { length }) => sum + length, 0)
    if (bytes <= MOST_GATHERED_BYTES) return this.#send(Buffer.concat(all, bytes), done)
    this.#wait(this.#sendAll(all, done))
  }

  override _final(done: Done): void {
    try {
      if (this.#socket?.isOpen) this.#socket.shutdown()
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#timer)
    this.#ending.abort()
    void Promise.allSettled(this.#waits).then(() => done(this.#close(error)))
  }

  /** Emits 'timeout' when nothing came or went for so long; 0 for never. As `net.Socket`'s. */
  setTimeout(timeoutMs: number, callback?: () => void): this {
    this.#timeoutMs = timeoutMs
    if (callback !== undefined) {
      if (timeoutMs === 0) this.off('timeout', callback)
      else this.once('timeout', callback)
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#stir()
    return this
  }

  /** Nothing is delayed here; for programs that ask for it. */
  setNoDelay(_isOn?: boolean): this {
    return this
  }

  /** A peer whose thread has ended is found by its burial; for programs that ask for probes. */
  setKeepAlive(_isOn?: boolean, _delayMs?: number): this {
    return this
  }

  /** A stream that reads keeps its event loop alive, as long as it waits for more. */
  ref(): this {
    return this
  }

  /** For programs that call it. It changes nothing: see `ref`. */
  unref(): this {
    return this
  }

  /** Ends, and destroys itself when all was sent. As `net.Socket`'s. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  #room(): Uint8Array {
    if (this.#piece.length - this.#used < LEAST_ROOM_BYTES) {
      this.#piece = new Uint8Array(PIECE_BYTES)
      this.#used = 0
    }
    return this.#piece.subarray(this.#used)
  }

  /** Hands on what is at the beginning of `room`, which nobody else writes to from now on. */
  #received(room: Uint8Array, taken: number): void {
    this.#stir()
    if (taken === 0) {
      this.push(null)
      return
    }
    this.#used += taken
    this.push(Buffer.from(room.buffer, room.byteOffset, taken))
  }

  async #receive(room: Uint8Array): Promise<void> {
    const taken = await this.socket.receive(room, { signal: this.#ending.signal })
    this.#received(room, taken)
  }

  #send(bytes: Uint8Array, done: Done): void {
    this.#stir()
    try {
      if (this.socket.trySend(bytes) === bytes.length) return done()
    } catch (error) {
      return done(error as Error)
    }
    this.#wait(this.#sendAll([bytes], done))
  }

  async #sendAll(all: Uint8Array[], done: Done): Promise<void> {
    try {
      for (const bytes of all) await this.socket.send(bytes, { signal: this.#ending.signal })
      this.#stir()
    } catch (error) {
      return done(error as Error)
    }
    done()
  }

  /** Keeps what waits until it has ended. What is called off by the end is no error. */
  #wait(waiting: Promise<unknown>): void {
    const ended = waiting
      .catch((error: Error) => {
        if (!this.#ending.signal.aborted) this.destroy(error)
      })
      .finally(() => this.#waits.delete(ended))
    this.#waits.add(ended)
  }

  #close(error: Error | null): Error | null {
    const socket = this.#socket
    try {
      if (!socket?.isOpen) return error
      const isReset = (error as NodeJS.ErrnoException | null)?.code === 'ECONNRESET'
      if (error !== null && !isReset) socket.abort()
      else socket.close()
      return error
    } catch (failed) {
      return error ?? (failed as Error)
    }
  }

  /** Something came or went. */
  #stir(): void {
    if (this.#timeoutMs === 0) return
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.emit('timeout'), this.#timeoutMs).unref()
    } else {
      this.#timer.refresh()
    }
  }
}

/** Throws a TypeError for what is no socket. */
function expectSource(from: unknown): void {
  const found = from as Partial<ThreadSocket> | null | undefined
  if (from instanceof Target || typeof found?.tryReceive === 'function') return
  throw new TypeError(
    `a stream is made of a socket, as \`connect\` and \`accept\` give it: ${came(from)} came`,
  )
}
