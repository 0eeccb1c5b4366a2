import { came, NIL } from '@smpnet/memory'
import { block, FOREVER, SETTLE, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { SocketMisuse, WOULD_BLOCK } from '../errors.ts'
import { END, type EndState, statesOf } from '../life-table.ts'
import { nameBytes } from '../names.ts'
import { abort, close, shutdown, shutdownReceive } from './closing.ts'
import { accept, connect, connectByName, listen } from './connecting.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { bind, nameOf } from './naming.ts'
import { expectSock } from './expect-sock.ts'
import { receiveSome } from './receiving.ts'
import { sendSome } from './sending.ts'
import type { OptionValues } from './options/option-kinds.ts'
import type { KindOf, OptionName, SettableOption } from './options/option-table.ts'
import type { SockHandle, SockHome } from './sock-home.ts'
import { ownerOf, SockState } from './sock-state.ts'
import { MISUSE, SockView } from './sock-view.ts'
import { getOption, setOption } from './socket-options.ts'

/** States in which a thread is about what makes a socket its own, or nobody's any more. */
const BUSY = statesOf('CONNECTING', 'DISCONNECTING', 'ABORTED', 'FREED')

/**
 * A local socket under the locks of a scheme, as one thread uses it; others open it by its
 * handle, and all may call at once. Results are numbers: bytes, 0 for success and for the end of
 * what is received, WOULD_BLOCK, or a failure that `failureOf` puts in words. A call that the state
 * does not take throws SocketMisuse with the sentence of the table `END`.
 *
 * No call holds a mutex when it sleeps; where the scheme has I/O locks, a call holds its own from
 * its beginning to its end. Sleepers are woken after all mutexes are let go. All calls are for
 * threads.
 */
export class LockedSocket {
  readonly #view: SockView

  constructor(
    readonly home: SockHome,
    readonly handle: SockHandle,
  ) {
    this.#view = new SockView(home, handle)
  }

  /** The name of its state; FREED for one that is closed, and whose block may be another's. */
  state(): EndState {
    return END.states[this.#view.state.load()]!
  }

  /**
   * Gives it a name, by which others connect to it once it listens: 0, or EADDRINUSE when another
   * socket has the name, or ENOBUFS when there are as many names as there can be. The name is free
   * when the socket is closed. Takes the lock of the names, and that of the state inside. Throws
   * SocketMisuse, a TypeError for what is no text, and a RangeError for no or too many bytes.
   */
  *bind(td: Waiter, name: string): Waiting<number> {
    return yield* bind(td, this.#view, nameBytes(name))
  }

  /** Its name, or undefined when it has none. Takes the lock of the names. */
  *getsockname(td: Waiter): Waiting<string | undefined> {
    const name = yield* nameOf(td, this.#view)
    return name === undefined ? undefined : new TextDecoder().decode(name)
  }

  /**
   * From now on others may connect to it by its name or its handle; `backlog` connections wait for
   * acceptors, and more are refused, which is counted. Throws SocketMisuse and RangeError.
   */
  listen(td: Waiter, backlog: number): Waiting {
    if (Number.isInteger(backlog) && backlog >= 1) return listen(td, this.#view, backlog)
    const what = 'a backlog is a whole number of connections from 1 on'
    throw new RangeError(`${what}: ${came(backlog)} came`)
  }

  /**
   * Connects to a listener, by its name or its handle: 0, when the connection waits to be accepted
   * and bytes may be sent; or ECONNREFUSED when nobody listens there or the queue is full,
   * EPROTOTYPE when the listener is of another kind, ECONNRESET when it is closed meanwhile, or
   * ENOBUFS. Throws SocketMisuse.
   */
  connect(td: Waiter, listener: SockHandle | string): Waiting<number> {
    if (typeof listener === 'string') return connectByName(td, this.#view, nameBytes(listener))
    return connect(td, this.#view, expectSock(listener, this.home.memory))
  }

  /**
   * Takes the oldest connection of a listener, or waits for one: undefined when `wait` is false and
   * there is none, or the time is over. Throws SocketMisuse, also when the listener is closed
   * meanwhile, and the reason of a signal.
   */
  *accept(td: Waiter, wait = true, until: Until = FOREVER): Waiting<LockedSocket | undefined> {
    const at = yield* accept(td, this.#view, wait, until)
    if (at === NIL) return undefined
    const { memory } = this.home
    while (!memory.settled()) yield SETTLE
    return new LockedSocket(this.home, { at, use: SockState.useOf(memory, at) })
  }

  /**
   * Sends `length` bytes, waiting for space: `length`, or how many there was space for when `wait`
   * is false or the time is over, or WOULD_BLOCK for none; or EPIPE when the peer takes nothing
   * more, or ECONNRESET, which one call reports. Where a scheme has no I/O locks, bytes of two
   * calls may come mixed when there is no space for all of one. A record is sent whole or not, and
   * is EMSGSIZE when it is longer than a buffer can hold. Throws SocketMisuse.
   */
  *send(
    td: Waiter,
    bytes: Uint8Array,
    start = 0,
    length = lengthOf(bytes) - start,
    wait = true,
    until: Until = FOREVER,
  ): Waiting<number> {
    check(bytes, start, length, 0)
    const view = this.#view
    let [sent, result] = [0, 0]
    yield* view.move(td, 'none', 'sendIo')
    while (sent < length && result >= 0) {
      const rest = { bytes, start: start + sent, length: length - sent }
      result = yield* sendSome(td, view, rest, wait, until)
      if (result > 0) sent += result
    }
    yield* view.move(td, 'sendIo', 'none')
    if (result === MISUSE) view.throwMisuse('send')
    return result < WOULD_BLOCK || sent === 0 ? result : sent
  }

  /**
   * Up to `length` bytes, at least one, waiting for them: how many, or 0 for the end, or
   * WOULD_BLOCK when `wait` is false or the time is over, or ECONNRESET, which one call reports. Of
   * a record, how many bytes it had: those for which there is no room are lost.
   * Throws SocketMisuse, and a RangeError also for room of no bytes, which would look like the end.
   */
  *receive(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = lengthOf(to) - start,
    wait = true,
    until: Until = FOREVER,
  ): Waiting<number> {
    check(to, start, length, 1)
    const view = this.#view
    yield* view.move(td, 'none', 'receiveIo')
    const result = yield* receiveSome(td, view, { bytes: to, start, length }, wait, until)
    yield* view.move(td, 'receiveIo', 'none')
    if (result === MISUSE) view.throwMisuse('receive')
    return result
  }

  /**
   * Makes a socket whose handle came from another thread the caller's: it is closed when the
   * caller's thread is buried, and no more when the other's is. Takes the lock of the state. Throws
   * SocketMisuse for one that is closed, or that another thread is connecting.
   */
  *takeOver(td: Waiter): Waiting {
    const view = this.#view
    yield* view.move(td, 'none', 'state')
    while (!view.memory.settled()) yield SETTLE
    const found = view.state.load()
    const isGiven = view.state.give(ownerOf(td.lot.cpu), BUSY)
    yield* view.move(td, 'state', 'none')
    if (isGiven) return
    throw new SocketMisuse(`a socket in state ${END.states[found]} cannot be taken over`)
  }

  /** Sends nothing more: the peer receives what is there, and then the end. */
  shutdown(td: Waiter): Waiting {
    return shutdown(td, this.#view)
  }

  /** Receives nothing more: what is sent to it is EPIPE. */
  shutdownReceive(td: Waiter): Waiting {
    return shutdownReceive(td, this.#view)
  }

  /**
   * Closes it. The peer receives what was sent, and then the end. 0, or WOULD_BLOCK when SO_LINGER
   * had it wait for the peer in vain: it is closed all the same.
   */
  close(td: Waiter): Waiting<number> {
    return close(td, this.#view)
  }

  /** Closes it and resets the peer, which is told so once. */
  abort(td: Waiter): Waiting {
    return abort(td, this.#view)
  }

  /**
   * Sets an option, by FreeBSD's name of it; the table `socketOptions` says what each takes. What a
   * listener has, its connections get when they are made. Sleepers that it concerns look again.
   * Throws a RangeError for an option or a value that there is not, SocketMisuse for a state or an
   * option in which it cannot be set. Takes the lock of the receive buffer, and after that those of
   * a direction for marks.
   */
  setsockopt<N extends SettableOption>(
    td: Waiter,
    name: N,
    value: OptionValues[KindOf<N>],
  ): Waiting {
    return setOption(td, this.#view, name, value)
  }

  /**
   * What an option is; of SO_ERROR, the errno that this call reports. Takes the lock of the state
   * for SO_ERROR and SO_ACCEPTCONN, that of the queue for a listener's, and none for the others.
   * Throws a RangeError for an option that there is not, and SocketMisuse.
   */
  getsockopt<N extends OptionName>(td: Waiter, name: N): Waiting<OptionValues[KindOf<N>]> {
    return getOption(td, this.#view, name) as Waiting<OptionValues[KindOf<N>]>
  }

  /**
   * Connections that the accept filter of this listener held back, and that were reset since
   * younger ones came.
   */
  drops(): number {
    return new ConnectionQueue(this.home.memory, this.handle.at).drops()
  }

  /** Connections that were refused since the queue of this listener was full. */
  overflows(): number {
    return new ConnectionQueue(this.home.memory, this.handle.at).overflows()
  }

  /** `bind`, for a thread that may block. */
  bindSync(td: Waiter, name: string): number {
    return block(td, this.bind(td, name))
  }

  /** `listen`, for a thread that may block. */
  listenSync(td: Waiter, backlog: number): void {
    block(td, this.listen(td, backlog))
  }

  /** `connect`, for a thread that may block. */
  connectSync(td: Waiter, listener: SockHandle | string): number {
    return block(td, this.connect(td, listener))
  }

  /** `accept`, blocking this thread. */
  acceptSync(td: Waiter, until?: Until): LockedSocket | undefined {
    return block(td, this.accept(td, true, until))
  }

  /** `send` of all bytes, blocking this thread. */
  sendSync(td: Waiter, bytes: Uint8Array): number {
    return block(td, this.send(td, bytes))
  }

  /** `receive`, blocking this thread. */
  receiveSync(td: Waiter, to: Uint8Array): number {
    return block(td, this.receive(td, to))
  }

  /** `setsockopt`, for a thread that may block. */
  setsockoptSync<N extends SettableOption>(
    td: Waiter,
    name: N,
    value: OptionValues[KindOf<N>],
  ): void {
    block(td, this.setsockopt(td, name, value))
  }

  /** `getsockopt`, for a thread that may block. */
  getsockoptSync<N extends OptionName>(td: Waiter, name: N): OptionValues[KindOf<N>] {
    return block(td, this.getsockopt(td, name))
  }

  /** `close`, for a thread that may block. */
  closeSync(td: Waiter): number {
    return block(td, this.close(td))
  }
}

/** Throws a TypeError for what is no bytes, which have no length that could be told. */
function lengthOf(bytes: Uint8Array): number {
  if (bytes instanceof Uint8Array) return bytes.length
  throw new TypeError(
    `bytes come as a Uint8Array, which a TextEncoder makes of text: ${came(bytes)} came`,
  )
}

function check(bytes: Uint8Array, start: number, length: number, least: number): void {
  const size = lengthOf(bytes)
  const whole = Number.isInteger(start) && Number.isInteger(length)
  if (whole && start >= 0 && length >= least && start + length <= size) return
  throw new RangeError(
    length === 0 && least > 0
      ? 'bytes are received into room for at least 1, since 0 is the end: room for 0 came'
      : `bytes ${start} to ${start + length} were asked for of an array of ${size}`,
  )
}
