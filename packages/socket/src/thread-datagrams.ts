import { HeldTooLong } from '@smpnet/memory'
import { finish } from '@smpnet/park'
import { type AwaitOptions, DISPOSE, type SyncDomain, type WaitOptions } from '@smpnet/sync'
import { SocketMisuse, WOULD_BLOCK } from './errors.ts'
import { lengthOf } from './expect-bytes.ts'
import { refusedDatagrams, sendDatagram } from './local-datagrams.ts'
import { nameBytes } from './names.ts'
import { HEADER_BYTES } from './packet-halves.ts'
import type { SocketZone } from './socket-zone.ts'
import type { ThreadSocket } from './thread-socket.ts'

/** How long a sender waits for others that send to the same name: see `finish`. */
const MOST_TURNS = 40_000
const MOST_MS = 20

/** A datagram, and the name of the socket that sent it, by which it can be answered. */
export interface Datagram {
  readonly bytes: Uint8Array
  readonly from: string
}

/**
 * A socket that sends and receives datagrams by names, of one thread of a domain. A datagram
 * arrives whole and once, and those of one sender in their order; one for which its receiver has no
 * space is refused, and its sender is told. Of calls that receive, several may be under way.
 *
 * A datagram is the bytes of its sender's name, with their number in one byte before them, and
 * then its own.
 */
export class ThreadDatagrams {
  readonly #name: Uint8Array
  readonly #room: Uint8Array
  readonly #sync: () => SyncDomain

  constructor(
    readonly zone: SocketZone,
    readonly socket: ThreadSocket,
    /** Its name, at which others send to it. */
    readonly name: string,
    sync: () => SyncDomain,
  ) {
    this.#name = nameBytes(name)
    this.#room = new Uint8Array(zone.buffers.bytes)
    this.#sync = sync
  }

  get isOpen(): boolean {
    return this.socket.isOpen
  }

  /** Bytes of the longest datagram that it can send. */
  get mostBytes(): number {
    return this.zone.buffers.bytes - HEADER_BYTES - 1 - this.#name.length
  }

  /** How many were refused that were sent to it, since there was no space for them. */
  get refused(): number {
    return refusedDatagrams(this.zone, this.socket.stream)
  }

  /**
   * Sends a datagram to the socket of a name, if that can be done now: true. False, having done
   * nothing, when there is no space for it, which is counted there; or when another thread has been
   * in the midst of sending there for long, which may have ended, and is to be buried. Throws
   * ConnectionRefused when none receives there, WrongKind, PacketTooLong, SocketMisuse, a TypeError
   * and a RangeError.
   */
  trySendTo(name: string, bytes: Uint8Array): boolean {
    if (!this.isOpen)
      throw new SocketMisuse('datagrams are sent until their socket is closed: it is')
    const { here } = this.#sync()
    const sends = sendDatagram(here, this.zone, name, this.#framed(bytes))
    try {
      return finish(here, sends, MOST_TURNS, MOST_MS) !== WOULD_BLOCK
    } catch (error) {
      if (error instanceof HeldTooLong) return false
      throw error
    }
  }

  /** The next datagram if one is there, or undefined. Throws SocketMisuse. */
  tryReceive(): Datagram | undefined {
    return this.#datagram(this.socket.tryReceive(this.#room))
  }

  /** The next datagram, blocking this thread; undefined when the time is over. */
  receiveSync(options?: undefined): Datagram
  receiveSync(options?: WaitOptions): Datagram | undefined
  receiveSync(options?: WaitOptions): Datagram | undefined {
    return this.#datagram(this.socket.receiveSync(this.#room, options))
  }

  /** `receiveSync` without blocking. Rejects with the reason of `signal` when that aborts. */
  receive(options?: undefined): Promise<Datagram>
  receive(options: AwaitOptions & { timeoutMs?: undefined }): Promise<Datagram>
  receive(options?: AwaitOptions): Promise<Datagram | undefined>
  async receive(options?: AwaitOptions): Promise<Datagram | undefined> {
    // A room for each: another call may receive into that of the object before this one looks.
    const room = new Uint8Array(this.#room.length)
    return this.#datagram(await this.socket.receive(room, options), room)
  }

  /** Receives no more: its name is free. Throws SocketMisuse while a receive is under way. */
  close(): void {
    this.socket.close()
  }

  [DISPOSE](): void {
    this.socket[DISPOSE]()
  }

  #framed(bytes: Uint8Array): Uint8Array {
    const own = lengthOf(bytes)
    const { length } = this.#name
    const framed = new Uint8Array(1 + length + own)
    framed[0] = length
    framed.set(this.#name, 1)
    framed.set(bytes, 1 + length)
    return framed
  }

  #datagram(taken: number, room = this.#room): Datagram | undefined {
    if (taken <= 0) return undefined
    const start = 1 + room[0]!
    const from = new TextDecoder().decode(room.slice(1, start))
    return { bytes: room.slice(start, taken), from }
  }
}
