import { type Address, came } from '@smpnet/memory'
import { atOnce, finish, until } from '@smpnet/park'
import {
  type AwaitOptions,
  checkTimeout,
  DISPOSE,
  type SyncDomain,
  type WaitOptions,
} from '@smpnet/sync'
import { SocketMisuse } from './errors.ts'
import { expectEvents, type Poller } from './poller.ts'
import type { StreamSocket } from './stream-socket.ts'
import { awaitAs } from './await-as.ts'
import type { ThreadSocket } from './thread-socket.ts'

/**
 * A poller for plain threads and event loops: waits for the first of many ends of one domain that
 * can be used without waiting. It belongs to the thread that made it.
 */
export class ThreadPoller {
  readonly #sockets = new Map<StreamSocket, ThreadSocket>()
  readonly #free: (at: Address) => void
  #isOpen = true

  constructor(
    readonly poller: Poller,
    readonly sync: SyncDomain,
    /** Gives the poller's place back, and leaves the domain. */
    free: (at: Address) => void,
  ) {
    this.#free = free
  }

  /**
   * Watches an end for `events`, `READABLE` or `WRITABLE` or their sum, by edge with `EDGE` added;
   * a wait under way sees it. Throws SocketMisuse if the end is of another domain, watched already,
   * or for nothing.
   */
  add(socket: ThreadSocket, events: number): void {
    this.#checkOpen()
    expectEnd(socket)
    expectEvents(events)
    if (!this.sync.isNamedBy(socket.handle.domain)) {
      throw new SocketMisuse('a poller watches ends of its own domain: that of another came')
    }
    finish(this.sync.here, this.poller.add(this.sync.here, socket.stream, events))
    this.#sockets.set(socket.stream, socket)
  }

  /** Watches an end no longer. To be done before the end is closed. Throws SocketMisuse. */
  remove(socket: ThreadSocket): void {
    expectEnd(socket)
    finish(this.sync.here, this.poller.remove(socket.stream))
    this.#sockets.delete(socket.stream)
  }

  /** The ends that are ready, at least one, blocking this thread; none when the time is over. */
  waitSync(options: WaitOptions = {}): ThreadSocket[] {
    this.#checkOpen()
    checkTimeout(options)
    if (this.#sockets.size === 0 && options.timeoutMs === undefined) {
      throw new SocketMisuse(
        'a poller that watches no end waits for ever: give it one, or a timeoutMs',
      )
    }
    const { here } = this.sync
    if (options.timeoutMs === 0) {
      return this.#named(atOnce(here, this.poller.wait(here, true, until(here, options))))
    }
    return this.#named(this.poller.waitSync(here, until(here, options)))
  }

  /** `waitSync` without blocking. Rejects with the reason of `signal` when that aborts. */
  async wait(options: AwaitOptions = {}): Promise<ThreadSocket[]> {
    this.#checkOpen()
    return this.#named(
      await awaitAs(
        () => this.sync,
        options,
        (td, until) => this.poller.wait(td, true, until),
      ),
    )
  }

  /** Watches no more. Throws SocketMisuse while a wait is under way. */
  close(): void {
    this.#checkOpen()
    this.poller.checkIdle()
    for (const socket of this.#sockets.values()) this.remove(socket)
    this.#isOpen = false
    this.#free(this.poller.at)
  }

  [DISPOSE](): void {
    if (this.#isOpen) this.close()
  }

  /** As their owner knows them, without those that were removed meanwhile. */
  #named(ready: StreamSocket[]): ThreadSocket[] {
    return ready
      .map((stream) => this.#sockets.get(stream))
      .filter((socket) => socket !== undefined)
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new SocketMisuse('a poller is used until it is closed: it is')
  }
}

/** Throws SocketMisuse unless it is an end, as `pair` and `openSocket` give it. */
function expectEnd(socket: unknown): void {
  const found = socket as Partial<ThreadSocket> | null | undefined
  if (typeof found?.stream === 'object' && typeof found.handle === 'object') return
  throw new SocketMisuse(`a poller watches ends of sockets: ${came(socket)} came`)
}
