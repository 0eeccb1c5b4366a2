import { type Address, came } from '@smpnet/memory'
import { block, SETTLE, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { WOULD_BLOCK } from '../errors.ts'
import type { DatagramHandle, DatagramHome } from './datagram-home.ts'
import { Leftovers } from './leftovers.ts'
import { DatagramLife } from './life.ts'
import { DATAGRAM_LIFE, type DatagramEvent } from './life-table.ts'
import type { Endpoint } from './protocol.ts'
import type { Received } from './received.ts'
import { Receiving } from './receiving.ts'
import { ERRNO, failed } from './results.ts'
import { Sending } from './sending.ts'
import { Standing } from './standing.ts'

const { action: ACTIONS, guard: GUARDS } = DATAGRAM_LIFE

/**
 * A datagram socket as one thread uses it; others open it by its handle. Any number of threads may
 * send on it and receive from it at once; one at a time binds, connects, disconnects or closes.
 *
 * Results are numbers: bytes, WOULD_BLOCK, or a failure that `failureOf` puts in words; 0 of what
 * moves no bytes is success. A mistake of the caller throws SocketMisuse, or a RangeError for bytes
 * that are not there. The plain `try…` calls do all or nothing, and a kernel thread goes on from
 * them to the generator of the same name:
 *
 *     let n = socket.receiveSoon(td, bytes)
 *     if (n === WOULD_BLOCK) n = yield* socket.receive(td, bytes)
 *
 * In simulated time they always say WOULD_BLOCK, having done nothing, and cost nothing: the
 * generator does the same work at the price of each step.
 */
export class DatagramSocket {
  readonly life: DatagramLife
  readonly #sending: Sending
  readonly #receiving: Receiving
  readonly #leftovers: Leftovers

  constructor(
    readonly home: DatagramHome,
    readonly handle: DatagramHandle,
  ) {
    const { at, use } = handle
    const { memory, mbufs } = home
    const { locks, buffer } = home.partsOf(at)
    this.life = new DatagramLife(memory, at, use, locks.state)
    const standing = new Standing(memory, at, this.life)
    this.#leftovers = new Leftovers(mbufs)
    this.#sending = new Sending(home, at, standing, this.#leftovers)
    this.#receiving = new Receiving(home, buffer, standing, this.#leftovers)
  }

  /** Where its words are: what the protocol knows it by. */
  get at(): Address {
    return this.handle.at
  }

  /** Whether it was not closed, by this thread or by another. */
  get isOpen(): boolean {
    return !this.life.hasEnded(this.home.memory.load(this.life.at))
  }

  /** One datagram to the connected peer, as `trySendTo`. */
  trySend(td: Waiter, bytes: Uint8Array, start = 0, length = bytes.length - start): number {
    return this.trySendTo(td, bytes, start, length, 0, 0)
  }

  /**
   * One datagram of `length` bytes, which may be none, to an address: `length`, or WOULD_BLOCK,
   * having done nothing, or a failure: EMSGSIZE, EDESTADDRREQ, what the protocol says, or the error
   * of an earlier datagram, once.
   */
  trySendTo(
    td: Waiter,
    bytes: Uint8Array,
    start: number,
    length: number,
    address: number,
    port: number,
  ): number {
    check(bytes, start, length)
    return this.#sending.trySend(td, bytes, start, length, address, port)
  }

  /** `trySend`, waiting for locks and for the protocol; ENOBUFS when all mbufs are in use. */
  send(td: Waiter, bytes: Uint8Array, start = 0, length = bytes.length - start): Waiting<number> {
    return this.sendTo(td, bytes, start, length, 0, 0)
  }

  /** `trySendTo`, waiting for locks and for the protocol; ENOBUFS when all mbufs are in use. */
  sendTo(
    td: Waiter,
    bytes: Uint8Array,
    start: number,
    length: number,
    address: number,
    port: number,
  ): Waiting<number> {
    check(bytes, start, length)
    return this.#sending.send(td, bytes, start, length, address, port)
  }

  /**
   * The next datagram, of which up to `length` bytes go into `to`: how many, 0 for an empty one, or
   * WOULD_BLOCK, or a failure. What there is no room for is lost; `from` says so, and where the
   * datagram came from.
   */
  tryReceive(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = to.length - start,
    from?: Received,
  ): number {
    check(to, start, length)
    return this.#receiving.tryReceive(td, to, start, length, from)
  }

  /** `tryReceive`, and once more after a spin, where this thread may spin and that pays. */
  receiveSoon(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = to.length - start,
    from?: Received,
    until?: Until,
  ): number {
    const taken = this.tryReceive(td, to, start, length, from)
    if (taken !== WOULD_BLOCK || !this.#receiving.spinAfterTry(td, until)) return taken
    return this.#receiving.tryReceive(td, to, start, length, from)
  }

  /**
   * `tryReceive`, waiting for a datagram; WOULD_BLOCK when `wait` is false or the wait was given
   * up. EBADF when the socket is closed meanwhile. Throws the reason of a signal that ended it.
   */
  receive(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = to.length - start,
    from?: Received,
    wait = true,
    until?: Until,
  ): Waiting<number> {
    check(to, start, length)
    return this.#receiving.receive(td, to, start, length, from, wait, until)
  }

  /** Names this socket: 0 or a failure. EINVAL when it has a name. */
  *bind(td: Waiter, address: number, port: number): Waiting<number> {
    checkPort(port)
    const actions = yield* this.#step(td, 'bind')
    if (actions & ACTIONS.refuse) return failed(ERRNO.EINVAL)
    const errno = yield* this.home.protocol.bind(td, this.at, address, port)
    return yield* this.#settle(td, errno, errno === 0 ? GUARDS.isBound : 0)
  }

  /** Names its peer, in the place of another that it had: 0 or a failure. */
  *connect(td: Waiter, address: number, port: number): Waiting<number> {
    checkPort(port)
    const actions = yield* this.#step(td, 'connect')
    const { protocol } = this.home
    if (actions & ACTIONS.disconnect) {
      const errno = yield* protocol.disconnect(td, this.at)
      if (errno !== 0) return yield* this.#settle(td, errno, GUARDS.isConnected)
    }
    const errno = yield* protocol.connect(td, this.at, address, port)
    const name = actions & ACTIONS.keepName ? GUARDS.isBound : 0
    return yield* this.#settle(td, errno, errno === 0 ? GUARDS.isConnected : name)
  }

  /** Has no peer any more: 0 or a failure. ENOTCONN when it had none. */
  *disconnect(td: Waiter): Waiting<number> {
    const actions = yield* this.#step(td, 'disconnect')
    if (actions & ACTIONS.refuse) return failed(ERRNO.ENOTCONN)
    const errno = yield* this.home.protocol.disconnect(td, this.at)
    return yield* this.#settle(td, errno, errno === 0 ? GUARDS.isBound : GUARDS.isConnected)
  }

  /**
   * Closes the socket: receivers that wait are told EBADF, what was not received is freed, and the
   * socket is given to others. Throws SocketMisuse when it is closed, by another thread too, or its
   * names are being changed.
   */
  *close(td: Waiter): Waiting {
    yield* this.#leftovers.freeAll(td)
    yield* this.#step(td, 'close')
    yield* this.#end(td)
  }

  /** What follows when the socket closes. All of it may be done again. */
  *#end(td: Waiter): Waiting {
    const { home, at } = this
    const { mbufs } = home
    yield* home.stir(td, at)
    yield* home.protocol.detach(td, at)
    let packet = yield* home.partsOf(at).buffer.takeAll(td)
    while (packet !== 0) {
      const next = mbufs.nextPacket(packet)
      yield* mbufs.free(td, packet)
      packet = next
    }
    yield* this.#step(td, 'closed')
    yield* home.free(at, this.handle.use)
  }

  /**
   * Closes the socket of a thread that has died, whatever it was about, if it had not: as `close`.
   * For a socket that no other thread uses; an undertaker may do it again, if one has died in it.
   */
  *bury(td: Waiter): Waiting<unknown> {
    const { life, home } = this
    while (!home.memory.settled()) yield SETTLE
    if (life.stateIn(home.memory.load(life.at)) === DATAGRAM_LIFE.state.CLOSED) {
      return yield* home.free(this.at, this.handle.use)
    }
    yield* this.#step(td, 'bury')
    yield* this.#end(td)
  }

  /** Its own name; port 0 while it has none. */
  localName(): Endpoint {
    return this.home.protocol.localName(this.at)
  }

  /** The name of the peer that it is connected to. */
  peerName(): Endpoint | undefined {
    return this.home.protocol.peerName(this.at)
  }

  /** `sendTo`, blocking this thread. */
  sendToSync(
    td: Waiter,
    bytes: Uint8Array,
    start: number,
    length: number,
    address: number,
    port: number,
  ): number {
    const given = this.trySendTo(td, bytes, start, length, address, port)
    if (given !== WOULD_BLOCK) return given
    return block(td, this.sendTo(td, bytes, start, length, address, port))
  }

  /** `send`, blocking this thread. */
  sendSync(td: Waiter, bytes: Uint8Array, start = 0, length = bytes.length - start): number {
    return this.sendToSync(td, bytes, start, length, 0, 0)
  }

  /** `receive`, blocking this thread until there is a datagram. */
  receiveSync(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = to.length - start,
    from?: Received,
    until?: Until,
  ): number {
    const taken = this.receiveSoon(td, to, start, length, from, until)
    if (taken !== WOULD_BLOCK) return taken
    return block(td, this.receive(td, to, start, length, from, true, until))
  }

  /** `bind`, for a thread that may block. */
  bindSync(td: Waiter, address: number, port: number): number {
    return block(td, this.bind(td, address, port))
  }

  /** `connect`, for a thread that may block. */
  connectSync(td: Waiter, address: number, port: number): number {
    return block(td, this.connect(td, address, port))
  }

  /** `disconnect`, for a thread that may block. */
  disconnectSync(td: Waiter): number {
    return block(td, this.disconnect(td))
  }

  /** `close`, for a thread that may block. */
  closeSync(td: Waiter): void {
    block(td, this.close(td))
  }

  #step(td: Waiter, event: DatagramEvent, guards = 0): Waiting<number> {
    return this.life.step(td, event, guards)
  }

  /** Leaves CHANGING for what has come of it. */
  *#settle(td: Waiter, errno: number, guards: number): Waiting<number> {
    yield* this.#step(td, 'settled', guards)
    return failed(errno)
  }
}

function check(bytes: Uint8Array, start: number, length: number): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(notBytes(bytes))
  const whole = Number.isInteger(start) && Number.isInteger(length)
  if (whole && start >= 0 && length >= 0 && start + length <= bytes.length) return
  throw new RangeError(
    `bytes ${start} to ${start + length} were asked for of an array of ${bytes.length}`,
  )
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return
  throw new RangeError(`a port is a whole number from 0 to 65535: ${came(port)} came`)
}

function notBytes(value: unknown): string {
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  return `bytes come as a Uint8Array, which a TextEncoder makes of text: ${came(kind)} came`
}
