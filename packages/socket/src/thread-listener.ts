import { atOnce, block, finish, until, type Until, type Waiter, type Waiting } from '@smpnet/park'
import {
  type AwaitOptions,
  checkTimeout,
  DISPOSE,
  enterAgain,
  enterDomain,
  leaveDomain,
  type SyncDomain,
  type WaitOptions,
} from '@smpnet/sync'
import { ListenerClosed, SocketMisuse } from './errors.ts'
import { acceptLocal } from './local.ts'
import type { SocketZone } from './socket-zone.ts'
import type { StreamSocket } from './stream-socket.ts'
import { awaitAs } from './await-as.ts'
import { type SocketHandle, ThreadSocket } from './thread-socket.ts'

/**
 * A socket that listens at a name, for plain threads and event loops. Any number of threads may
 * accept from one: each opens it by its handle, and a connection is accepted by one of them.
 *
 *     for await (const socket of listener) serve(socket)
 */
export class ThreadListener {
  #home: SyncDomain | undefined

  constructor(
    readonly zone: SocketZone,
    /** The socket itself, for kernel threads and pollers. */
    readonly stream: StreamSocket,
    /** Names it for another thread, which opens it by `SocketDomain.openListener`. */
    readonly handle: SocketHandle,
    home?: SyncDomain,
  ) {
    this.#home = home
  }

  /** Whether it listens, and was not closed by any thread. */
  get isOpen(): boolean {
    return this.stream.isOpen
  }

  /** How many connections were refused since its queue was full. */
  get refused(): number {
    return this.zone.queues.refused(this.stream.handle.at)
  }

  /**
   * The next connection, as soon as there is one, blocking this thread; undefined when the time is
   * over. Throws ListenerClosed, and a RangeError for no such time.
   */
  acceptSync(options?: undefined): ThreadSocket
  acceptSync(options?: WaitOptions): ThreadSocket | undefined
  acceptSync(options: WaitOptions = {}): ThreadSocket | undefined {
    checkTimeout(options)
    const { here } = this.#sync()
    const waiting = this.#accept(here, until(here, options))
    return this.#named(options.timeoutMs === 0 ? atOnce(here, waiting) : block(here, waiting))
  }

  /** The next connection if there is one now, or undefined. Throws ListenerClosed. */
  tryAccept(): ThreadSocket | undefined {
    const { here } = this.#sync()
    return this.#named(finish(here, acceptLocal(here, this.zone, this.stream, false)))
  }

  /** `acceptSync` without blocking. Rejects with the reason of `signal` when that aborts. */
  accept(options?: undefined): Promise<ThreadSocket>
  accept(options: AwaitOptions & { timeoutMs?: undefined }): Promise<ThreadSocket>
  accept(options?: AwaitOptions): Promise<ThreadSocket | undefined>
  async accept(options: AwaitOptions = {}): Promise<ThreadSocket | undefined> {
    return this.#named(
      await awaitAs(
        () => this.#sync(),
        options,
        (td, limit) => this.#accept(td, limit),
      ),
    )
  }

  /** The connections as they come, until the listener is closed. */
  [Symbol.asyncIterator](): AsyncIterator<ThreadSocket, void> {
    return {
      next: () => this.#next(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    }
  }

  async #next(): Promise<IteratorResult<ThreadSocket, void>> {
    try {
      return { done: false, value: await this.accept() }
    } catch (error) {
      if (error instanceof ListenerClosed) return { done: true, value: undefined }
      throw error
    }
  }

  /**
   * Listens no more, in no thread. Connections that were not accepted are reset, calls that wait to
   * accept end by ListenerClosed, and the name is free. Throws SocketMisuse if it was closed.
   */
  close(): void {
    this.#leaveAfter(() => {
      const { here } = this.#enter()
      finish(here, this.stream.close(here))
    })
  }

  [DISPOSE](): void {
    this.#leaveAfter(() => {
      if (this.isOpen) this.close()
    })
  }

  *#accept(td: Waiter, limit: Until): Waiting<StreamSocket | undefined> {
    try {
      return yield* acceptLocal(td, this.zone, this.stream, true, limit)
    } catch (error) {
      // Another thread may have closed it, or a task of this one, while this call waited.
      if (error instanceof SocketMisuse && !this.isOpen) throw new ListenerClosed()
      throw error
    }
  }

  #named(stream: StreamSocket | undefined): ThreadSocket | undefined {
    if (stream === undefined) return undefined
    const home =
      this.#home === undefined ? enterDomain(this.handle.domain) : enterAgain(this.#home)
    return new ThreadSocket(stream, { ...this.handle, end: stream.handle }, home)
  }

  #sync(): SyncDomain {
    if (!this.isOpen) throw new ListenerClosed()
    return this.#enter()
  }

  #enter(): SyncDomain {
    const home = (this.#home ??= enterDomain(this.handle.domain))
    for (const { memory } of [this.zone, this.stream]) memory.holder = home.memory.holder
    return home
  }

  #leaveAfter(close: () => void): void {
    try {
      close()
    } finally {
      if (!this.isOpen && this.#home) leaveDomain(this.#home)
      if (!this.isOpen) this.#home = undefined
    }
  }
}
