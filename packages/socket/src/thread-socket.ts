import {
  awaiting,
  type AwaitOptions,
  type DomainHandle,
  type SyncDomain,
  type Waiter,
  type Waiting,
  type WaitOptions,
} from '@smpnet/sync'
import { WOULD_BLOCK } from './errors.ts'
import type { SocketZoneHandle } from './socket-zone.ts'
import type { EndHandle, StreamSocket } from './stream-socket.ts'

/** What another thread needs to use one end; it can be cloned and posted. */
export interface SocketHandle {
  readonly domain: DomainHandle
  readonly zone: SocketZoneHandle
  readonly end: EndHandle
}

/**
 * One end of a pair for plain threads and event loops, which need not say who waits. The methods
 * with `Sync` block this thread, the others return promises and keep the event loop alive.
 */
export class ThreadSocket {
  constructor(
    /** The end itself, for kernel threads and pollers. */
    readonly stream: StreamSocket,
    readonly domain: SyncDomain,
    /** Names this end for another thread; it can be cloned and posted. */
    readonly handle: SocketHandle,
  ) {}

  /**
   * Receives up to all of `to` as soon as there is anything: how many bytes, 0 at the end, or
   * WOULD_BLOCK when the time is over.
   */
  receiveSync(to: Uint8Array, options?: WaitOptions): number {
    const td = this.#here(options)
    return this.stream.receiveSync(td, to)
  }

  /** Sends all of `from`: how many bytes, fewer only when the time is over. Throws BrokenPipe. */
  sendSync(from: Uint8Array, options?: WaitOptions): number {
    return this.stream.sendSync(this.#here(options), from)
  }

  /** `receiveSync` without blocking. Rejects with the reason of `signal` when that aborts. */
  receive(to: Uint8Array, options?: AwaitOptions): Promise<number> {
    return this.#await(options, (td) => this.stream.receive(td, to))
  }

  /** `sendSync` without blocking. Rejects with BrokenPipe, or the reason of `signal`. */
  send(from: Uint8Array, options?: AwaitOptions): Promise<number> {
    return this.#await(options, (td) => this.stream.send(td, from))
  }

  /** Sends nothing more; the other end still can (half close). */
  shutdown(): void {
    this.stream.shutdownSync(this.domain.here)
  }

  /** Neither sends nor receives any more. What was sent before can still be received there. */
  close(): void {
    this.stream.closeSync(this.domain.here)
  }

  #here({ timeoutMs = Number.POSITIVE_INFINITY }: WaitOptions = {}): Waiter {
    this.domain.here.timeoutMs = timeoutMs
    return this.domain.here
  }

  async #await(
    { timeoutMs = Number.POSITIVE_INFINITY, signal }: AwaitOptions = {},
    begin: (td: Waiter) => Waiting<number>,
  ): Promise<number> {
    signal?.throwIfAborted()
    const td = this.domain.borrow()
    td.timeoutMs = timeoutMs
    td.signal = signal
    try {
      const bytes = await awaiting(td, begin(td))
      if (bytes === WOULD_BLOCK) signal?.throwIfAborted()
      return bytes
    } finally {
      td.signal = undefined
      td.timeoutMs = Number.POSITIVE_INFINITY
      this.domain.giveBack(td)
    }
  }
}
