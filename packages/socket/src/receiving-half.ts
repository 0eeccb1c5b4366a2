import { type Address, type Memory, work } from '@smpnet/memory'
import {
  ABORTED,
  FOREVER,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { SocketMisuse, WOULD_BLOCK } from './errors.ts'
import { DIRECTION } from './pair-layout.ts'
import type { Ring } from './ring.ts'
import type { Want } from './want.ts'

const RECEIVE = work('socket-receive')

/**
 * A direction as its receiver uses it. Taking bytes has three steps: copy them out, publish that
 * their space is free, tell a sender that waits for it. `tryReceive` does all three when it can;
 * where it stops half-way, because somebody is to be told or simulated time has to catch up,
 * `receive` goes on from there.
 */
export class ReceivingHalf {
  readonly #sentAt: Address
  readonly #receivedAt: Address
  readonly #finishedAt: Address
  /** What `sent` was when last looked at; the line is read again only when this is used up. */
  #sent = 0
  #received = 0
  /** Bytes copied out whose space is not published yet. */
  #copied = 0
  /** Bytes published of which a waiting sender is to be told. */
  #untold = 0
  /** Whether a `tryReceive` has just looked, in vain: `receive` does not pay for that once more. */
  #looked = false
  #inUse = false

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly ring: Ring,
    /** How this half waits for data. */
    readonly wantData: Want,
    /** How the sender waits for space. */
    readonly wantSpace: Want,
  ) {
    this.#sentAt = at + DIRECTION.offset.sent
    this.#receivedAt = at + DIRECTION.offset.received
    this.#finishedAt = at + DIRECTION.offset.finished
    this.#sent = this.#received = memory.load(this.#receivedAt)
  }

  /** Whether a call waits here, or has to be gone on with. */
  isInUse(): boolean {
    return this.#inUse || this.#hasBegun()
  }

  /** Bytes that can be received at once. */
  available(): number {
    if (this.#sent === this.#received) this.#sent = this.memory.load(this.#sentAt)
    return (this.#sent - this.#received) | 0
  }

  /** Whether all that was sent is received and no more will come. */
  isAtEnd(): boolean {
    return this.memory.load(this.#finishedAt) !== 0 && this.available() === 0
  }

  /**
   * Up to `length` bytes into `to` at `start`, if they are to be had without any wait: how many,
   * or 0 at the end, or WOULD_BLOCK: then `yield* receive`, which also finishes what this began.
   */
  tryReceive(to: Uint8Array, start: number, length: number): number {
    if (this.#hasBegun() || !this.memory.settled()) return WOULD_BLOCK
    const taken = this.#take(to, start, length)
    this.#looked = taken === WOULD_BLOCK && !this.#hasBegun()
    return taken
  }

  /**
   * Up to `length` bytes into `to` at `start`, as soon as there is one: how many, or 0 at the
   * end. WOULD_BLOCK when there are none and `wait` is false, or the wait was given up. Throws the
   * reason of the signal if that ended the call.
   */
  *receive(
    td: Waiter,
    to: Uint8Array,
    start: number,
    length: number,
    wait: boolean,
    until: Until = FOREVER,
  ): Waiting<number> {
    if (this.#inUse) throw new SocketMisuse('one thread at a time receives from an end: two do')
    this.#inUse = true
    try {
      for (;;) {
        if (!this.#sawAll()) {
          while (!this.memory.settled()) yield SETTLE
          const taken = this.#hasBegun() ? WOULD_BLOCK : this.#take(to, start, length)
          if (taken >= 0) return taken
          if (this.#hasBegun()) return yield* this.#finish(td)
        }
        if (!wait) return WOULD_BLOCK
        const outcome = yield* this.#waitForData(td, until)
        if (outcome === ABORTED) until.signal?.throwIfAborted()
        if (outcome !== WOKEN) return WOULD_BLOCK
      }
    } finally {
      this.#inUse = false
    }
  }

  /** Receives nothing more: sending is refused from now on, and a sender that waits is told. */
  *abandon(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.memory.store(this.at + DIRECTION.offset.abandoned, 1)
    yield* this.wantSpace.tell(td)
  }

  #hasBegun(): boolean {
    return this.#copied + this.#untold > 0
  }

  /** Whether a `tryReceive` has just looked, and there is still nothing to be seen. */
  #sawAll(): boolean {
    const { memory } = this
    const looked = this.#looked
    this.#looked = false
    if (!looked || memory.peek(this.#finishedAt) !== 0) return false
    return memory.peek(this.#sentAt) === this.#received
  }

  /** Takes what is there. WOULD_BLOCK if there is nothing, or if `#finish` has to go on. */
  #take(to: Uint8Array, start: number, length: number): number {
    const { memory } = this
    const available = this.available()
    if (available === 0) return this.isAtEnd() ? 0 : WOULD_BLOCK
    const taken = Math.min(available, length)
    memory.charge(RECEIVE, 1)
    this.ring.copyOut(this.#received, to, start, taken)
    this.#copied = taken
    if (!memory.settled()) return WOULD_BLOCK
    this.#publish()
    return this.#untold > 0 ? WOULD_BLOCK : taken
  }

  #publish(): void {
    const taken = this.#copied
    this.#received = (this.#received + taken) | 0
    this.memory.store(this.#receivedAt, this.#received)
    this.#copied = 0
    if (this.wantSpace.isDue(this.ring.bytes - ((this.#sent - this.#received) | 0))) {
      this.#untold = taken
    }
  }

  *#finish(td: Waiter): Waiting<number> {
    const taken = this.#copied + this.#untold
    while (!this.memory.settled()) yield SETTLE
    if (this.#copied > 0) this.#publish()
    if (this.#untold > 0) yield* this.wantSpace.tell(td)
    this.#untold = 0
    return taken
  }

  #waitForData(td: Waiter, until: Until): Waiting<number> {
    return this.wantData.wait(td, 1, this.#sentAt, this.#received, this.#finishedAt, until)
  }
}
