import {
  ABORTED,
  atOnce,
  block,
  finish,
  type Outcome,
  type Seat,
  type Until,
  until,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import {
  type AwaitOptions,
  checkTimeout,
  DISPOSE,
  type DomainHandle,
  enterAgain,
  enterDomain,
  invite,
  leaveDomain,
  type SyncDomain,
  type WaitOptions,
} from '@smpnet/sync'
import { came, HeldTooLong, type PoolHandle } from '@smpnet/memory'
import { awaitAs, type Begin, type Queue } from './await-as.ts'
import { BROKEN, RESET, SendAborted, SocketMisuse, WOULD_BLOCK } from './errors.ts'
import type { SocketKind } from './kinds.ts'
import { buryGuest, expectGuest } from './remains.ts'
import {
  ECONNRESET,
  optionOf,
  rowOf,
  setOption,
  type SettableOption,
  type SocketOptions,
} from './socket-options.ts'
import { type Passed, receiveRights, sendRights } from './passing.ts'
import { SocketZone, type SocketZoneHandle } from './socket-zone.ts'
import type { EndHandle, StreamSocket } from './stream-socket.ts'
import { Turns } from './turns.ts'

/** What another thread needs to use one end; it can be cloned and posted. */
export interface SocketHandle {
  readonly domain: DomainHandle
  readonly zone: SocketZoneHandle
  readonly pollers: PoolHandle
  readonly end: EndHandle
}

/** A packet that came, by its length as `receive` has it, and the ends that came with it. */
export interface Rights {
  readonly length: number
  readonly ends: readonly ThreadSocket[]
}

/** A handle for one thread, and the seat that it will have: by this it can be buried. */
export interface SocketInvitation extends Seat {
  readonly handle: SocketHandle
}

/**
 * One end of a pair for plain threads and event loops, which need not name a waiter. The methods
 * with `Sync` block this thread, the others return promises and keep the event loop alive. Of
 * these, several may be under way at once: those that send take turns, and so do those that
 * receive, in the order in which they were called.
 *
 * A thread has a number in the domain from its first call on an end of it until it has closed all
 * ends that it used: an end of which it only posts the handle costs it none.
 */
export class ThreadSocket {
  #home: SyncDomain | undefined
  /** Whether a `close` was given up, and has to be called again. */
  #isClosing = false
  /** Whether it was sent, and is another thread's. */
  #isSent = false
  readonly #sends: Queue<number> = {
    turns: new Turns(),
    gaveUp: (why, reason) => sendsNothing(why, reason, this.kind),
  }
  readonly #receives: Queue<number> = { turns: new Turns(), gaveUp: receivesNothing }

  constructor(
    /** The end itself, for kernel threads and pollers. */
    readonly stream: StreamSocket,
    /** Names this end for another thread; it can be cloned and posted. */
    readonly handle: SocketHandle,
    /** The domain, if this end has entered it already. */
    home?: SyncDomain,
  ) {
    this.#home = home
  }

  /** What goes through it: bytes, or packets, each as a whole. */
  get kind(): SocketKind {
    return this.stream.kind
  }

  /** Whether it was not closed, by this thread or by another. */
  get isOpen(): boolean {
    return this.stream.isOpen
  }

  /**
   * Receives up to all of `to` as soon as there is anything: how many bytes, 0 at the end, or
   * WOULD_BLOCK when the time is over. Of packets it receives one, as a whole. Throws
   * ConnectionReset, SocketMisuse, and a RangeError for no such time, or for a packet that is
   * longer than `to`, which stays.
   */
  receiveSync(to: Uint8Array, options?: WaitOptions): number {
    if (options === undefined) return this.stream.receiveSync(this.#here(), to)
    checkTimeout(options)
    const taken = this.stream.tryReceive(this.#here(), to)
    return taken >= 0
      ? taken
      : this.#block(this.#limited('SO_RCVTIMEO', options), (td, until) =>
          this.stream.receive(td, to, 0, to?.length, true, until),
        )
  }

  /**
   * Sends all of `from`: how many bytes, fewer only when the time is over; what was sent arrives.
   * A packet is sent as a whole, or WOULD_BLOCK says that its time was over. Throws PacketTooLong,
   * BrokenPipe, ConnectionReset, NoBuffers, SocketMisuse, and a RangeError for no such time.
   */
  sendSync(from: Uint8Array, options?: WaitOptions): number {
    if (options === undefined) return this.stream.sendSync(this.#here(), from)
    checkTimeout(options)
    const given = this.stream.sendSoon(this.#here(), from)
    return given >= 0
      ? given
      : this.#block(this.#limited('SO_SNDTIMEO', options), (td, until) =>
          this.stream.send(td, from, 0, from?.length, true, until),
        )
  }

  /**
   * Receives up to all of `to` if there is anything now: how many bytes, 0 at the end, or
   * WOULD_BLOCK; or once RESET. For loops around a poller. Throws SocketMisuse.
   */
  tryReceive(to: Uint8Array): number {
    const taken = this.stream.tryReceive(this.#here(), to)
    return taken === RESET && !this.#reports() ? 0 : taken
  }

  /**
   * Sends all of `from` if there is space for it now, and has told a receiver that waits: how many
   * bytes, or BROKEN, or NO_BUFFERS, or WOULD_BLOCK, having done nothing; or once RESET. Throws
   * SocketMisuse.
   */
  trySend(from: Uint8Array): number {
    const given = this.stream.trySend(this.#here(), from)
    return given === RESET && !this.#reports() ? BROKEN : given
  }

  /** `receiveSync` without blocking. Rejects with the reason of `signal` when that aborts. */
  receive(to: Uint8Array, options?: AwaitOptions): Promise<number> {
    return this.#await(
      this.#limited('SO_RCVTIMEO', options),
      (td, until) => this.stream.receive(td, to, 0, to?.length, true, until),
      this.#receives,
    )
  }

  /**
   * `sendSync` without blocking. When `signal` aborts it rejects with SendAborted, which says how
   * many bytes were sent and has the signal's reason as its cause.
   */
  send(from: Uint8Array, options?: AwaitOptions): Promise<number> {
    return this.#await(
      this.#limited('SO_SNDTIMEO', options),
      (td, until) => this.stream.send(td, from, 0, from?.length, true, until),
      this.#sends,
    )
  }

  /**
   * Sends a packet with ends of this domain, which are its receiver's then, and may not be used
   * here any more. As `sendSync`, of packets alone. Throws SocketMisuse for ends that are closed,
   * watched, of another domain or of this pair, and for more than 15.
   */
  sendRightsSync(bytes: Uint8Array, ends: readonly ThreadSocket[], options?: WaitOptions): number {
    checkTimeout(options ?? {})
    const streams = this.#streamsOf(ends)
    const sent = this.#block(this.#limited('SO_SNDTIMEO', options), (td, until) =>
      sendRights(td, this.stream, bytes, streams, true, until),
    )
    return this.#sentWith(ends, sent)
  }

  /** `sendRightsSync` without blocking; see `send`. */
  async sendRights(
    bytes: Uint8Array,
    ends: readonly ThreadSocket[],
    options?: AwaitOptions,
  ): Promise<number> {
    const streams = this.#streamsOf(ends)
    const sent = await this.#await(
      this.#limited('SO_SNDTIMEO', options),
      (td, until) => sendRights(td, this.stream, bytes, streams, true, until),
      this.#sends,
    )
    return this.#sentWith(ends, sent)
  }

  /**
   * Receives a packet as `receiveSync` does, with the ends that came with it, which are this
   * thread's own from now on. Throws as that, and SocketMisuse where no packets come.
   */
  receiveRightsSync(to: Uint8Array, options: WaitOptions = {}): Rights {
    checkTimeout(options)
    const { here } = this.#sync()
    const limit = until(here, this.#limited('SO_RCVTIMEO', options) ?? {})
    const waiting = this.#receiveRights(here, to, limit)
    return this.#rights(options.timeoutMs === 0 ? atOnce(here, waiting) : block(here, waiting))
  }

  /** `receiveRightsSync` without blocking; see `receive`. */
  async receiveRights(to: Uint8Array, options?: AwaitOptions): Promise<Rights> {
    const queue = {
      turns: this.#receives.turns,
      gaveUp: (why: Outcome, reason: unknown): Passed => {
        return { length: receivesNothing(why, reason), ends: [] }
      },
    }
    const passed = await awaitAs(
      () => this.#sync(),
      this.#limited('SO_RCVTIMEO', options),
      (td, limit) => this.#receiveRights(td, to, limit),
      queue,
    )
    return this.#rights(passed)
  }

  #receiveRights(td: Waiter, to: Uint8Array, limit: Until): Waiting<Passed> {
    const zone = this.#zone()
    return receiveRights(td, this.stream, to, (end) => zone.end(end), true, limit)
  }

  #zone(): SocketZone {
    return new SocketZone(this.#sync().lot, this.handle.zone)
  }

  #rights({ length, ends }: Passed): Rights {
    const { end: _, ...domain } = this.handle
    return {
      length,
      ends: ends.map((stream) => {
        const home = enterAgain(this.#sync())
        return new ThreadSocket(stream, { ...domain, end: stream.handle }, home)
      }),
    }
  }

  /** The ends that are to be sent. */
  #streamsOf(ends: readonly ThreadSocket[]): readonly StreamSocket[] {
    const sync = this.#sync()
    if (!Array.isArray(ends)) {
      throw new SocketMisuse(`ends that are sent come as a list: ${came(ends)} came`)
    }
    return ends.map((end) => {
      if (!(end instanceof ThreadSocket)) {
        throw new SocketMisuse(`ends of sockets are sent: ${came(end)} came`)
      }
      if (sync.isNamedBy(end.handle.domain)) return end.stream
      throw new SocketMisuse('ends of one domain are sent over each other: that of another came')
    })
  }

  /** Lets go of ends that were sent. */
  #sentWith(ends: readonly ThreadSocket[], sent: number): number {
    if (sent > 0) for (const end of ends) end.#leave()
    return sent
  }

  /** The end is another thread's. */
  #leave(): void {
    this.#isSent = true
    if (this.#home) leaveDomain(this.#home)
    this.#home = undefined
  }

  /**
   * Sends nothing more, `'send'`, while the other end still can (half close); or receives nothing
   * more, `'receive'`, so that what is there is lost and the peer's sends are a broken pipe; or
   * both.
   */
  shutdown(how: 'send' | 'receive' | 'both' = 'send'): void {
    if (how !== 'send' && how !== 'receive' && how !== 'both') {
      throw new SocketMisuse(
        `a socket is shut down for 'send', 'receive' or 'both': ${came(how)} came`,
      )
    }
    const { here } = this.#sync()
    if (how !== 'receive') this.stream.shutdownSync(here)
    if (how !== 'send') finish(here, this.stream.shutdownReceive(here))
  }

  /**
   * Waits until the peer has received all that was sent: true; false when the time is over, or the
   * peer has gone. Rejects with the reason of `signal`, and with SocketMisuse.
   */
  async drain(options?: AwaitOptions): Promise<boolean> {
    const queue = { turns: this.#sends.turns, gaveUp: drainsNothing }
    return await awaitAs(
      () => this.#sync(),
      options,
      (td, until) => this.stream.drain(td, until),
      queue,
    )
  }

  /** `drain`, blocking this thread. */
  drainSync(options: WaitOptions = {}): boolean {
    checkTimeout(options)
    const { here } = this.#sync()
    const waiting = this.stream.drain(here, until(here, options))
    return options.timeoutMs === 0 ? atOnce(here, waiting) : block(here, waiting)
  }

  /**
   * Sets an option, for this end, whichever thread uses it. Throws SocketMisuse for what is none or
   * cannot be set, and a RangeError for values that cannot be.
   */
  setOption<N extends SettableOption>(name: N, value: SocketOptions[N]): void {
    this.#sync()
    setOption(this.stream, name, value)
  }

  /** What an option is. Throws SocketMisuse for what is none. */
  getOption<N extends keyof SocketOptions>(name: N): SocketOptions[N]
  getOption(name: keyof SocketOptions): unknown {
    const { set } = rowOf(name)
    this.#sync()
    const { stream } = this
    if (set !== undefined) return optionOf(stream, name as SettableOption)
    if (name === 'SO_TYPE') return stream.kind
    if (name === 'SO_ERROR') return this.#reports() ? ECONNRESET : 0
    if (name === 'SO_ACCEPTCONN') return stream.isListening
    return stream.home.buffers.bytes
  }

  /**
   * Neither sends nor receives any more. What was sent before can still be received there; with
   * `SO_LINGER` it blocks until that was done, or aborts. Throws
   * HeldTooLong when another thread has ended in what this one has to wait for: when that one is
   * buried, call it again.
   */
  close(): void {
    const lingerMs = this.#isClosing ? -1 : optionOf(this.stream, 'SO_LINGER')
    if (lingerMs === 0 && this.stream.isJoined) return this.abort()
    if (lingerMs > 0 && this.stream.isJoined) this.drainSync({ timeoutMs: lingerMs })
    this.#leaveAfter(() => {
      const { here } = this.#isClosing ? this.#enter() : this.#sync()
      const { stream } = this
      try {
        // A close that was given up has told some of it already, which is not to be told twice.
        finish(here, this.#isClosing ? stream.bury(here) : stream.close(here))
        this.#isClosing = false
      } catch (error) {
        this.#isClosing ||= error instanceof HeldTooLong
        throw error
      }
    })
  }

  /**
   * Closes without order: the peer receives what was sent, and then hears once of a reset. Throws
   * SocketMisuse for what is not connected.
   */
  abort(): void {
    this.#leaveAfter(() => {
      const { here } = this.#sync()
      finish(here, this.stream.abort(here))
    })
  }

  /**
   * A handle for one thread, and the seat that it will have. If that thread may end without having
   * closed this end, its starter tells:
   *
   *     const guest = there.invite()
   *     new Worker(file, { workerData: guest.handle }).once('exit', () => there.bury(guest))
   *
   * Throws a RangeError when as many threads as can be use the domain or are invited.
   */
  invite(): SocketInvitation {
    const { handle, ...seat } = invite(this.#sync())
    return { ...seat, handle: { ...this.handle, domain: handle } }
  }

  /**
   * The thread that was invited to this end has ended: closes the end, if it had not, so that the
   * peer is told, and gives the thread's place to others. May be called when all was in order, too,
   * and again, when an undertaker has ended in it.
   */
  bury(guest: Seat): void {
    expectGuest(guest)
    const sync = this.#enter()
    this.#leaveAfter(() => {
      buryGuest(sync, this.handle, guest)
      finish(sync.here, this.stream.bury(sync.here, guest.thread))
    })
  }

  [DISPOSE](): void {
    this.#leaveAfter(() => {
      if (this.stream.isOpen && !this.#isSent) this.close()
    })
  }

  /** The domain, which this thread enters with the first call. */
  #sync(): SyncDomain {
    if (!this.stream.isOpen) throw new SocketMisuse('an end is used until it is closed: it is')
    if (this.#isSent) throw new SocketMisuse('an end is used until it is sent: it was')
    return this.#enter()
  }

  #enter(): SyncDomain {
    const home = (this.#home ??= enterDomain(this.handle.domain))
    // An undertaker tells by it what this thread held, and each time that it enters it may be
    // another.
    this.stream.memory.holder = home.memory.holder
    return home
  }

  /** Takes the error of a reset for a try, if no other call has reported it. */
  #reports(): boolean {
    return finish(this.#here(), this.stream.reports())
  }

  /** This thread's waiter. What it is for says whether the end is closed. */
  #here(): Waiter {
    return (this.#home ?? this.#sync()).here
  }

  /** Leaves the domain if `close` has closed the end, or found that another thread had. */
  #leaveAfter(close: () => void): void {
    try {
      close()
    } finally {
      if (!this.stream.isOpen && this.#home) leaveDomain(this.#home)
      if (!this.stream.isOpen) this.#home = undefined
    }
  }

  /** The options of a call, with the time that an option of the end says where they say none. */
  #limited<O extends WaitOptions>(
    name: 'SO_SNDTIMEO' | 'SO_RCVTIMEO',
    options?: O,
  ): O | WaitOptions | undefined {
    const timeoutMs = optionOf(this.stream, name)
    if (timeoutMs === 0 || options?.timeoutMs !== undefined) return options
    return { ...options, timeoutMs }
  }

  #block(options: WaitOptions = {}, begin: Begin<number>): number {
    const { here } = this.#sync()
    const waiting = begin(here, until(here, options))
    return options.timeoutMs === 0 ? atOnce(here, waiting) : block(here, waiting)
  }

  #await(
    options: AwaitOptions | undefined,
    begin: Begin<number>,
    queue: Queue<number>,
  ): Promise<number> {
    return awaitAs(() => this.#sync(), options, begin, queue)
  }
}

function drainsNothing(why: Outcome, reason: unknown): boolean {
  if (why === ABORTED) throw reason
  return false
}

function receivesNothing(why: Outcome, reason: unknown): number {
  if (why === ABORTED) throw reason
  return WOULD_BLOCK
}

function sendsNothing(why: Outcome, reason: unknown, kind: SocketKind): number {
  if (why === ABORTED) throw new SendAborted(0, reason)
  return kind === 'stream' ? 0 : WOULD_BLOCK
}
