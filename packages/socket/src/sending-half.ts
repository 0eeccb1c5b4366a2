import { type Address, type Memory, work } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting, WOKEN } from '@smpnet/sync'
import { BROKEN, BrokenPipe, SocketMisuse, WOULD_BLOCK } from './errors.ts'
import { DIRECTION } from './pair-layout.ts'
import type { Ring } from './ring.ts'
import type { Want } from './want.ts'

const SEND = work('socket-send')

/**
 * A direction as its sender uses it. Giving bytes has three steps: copy them in, publish them,
 * tell a receiver that waits. `trySend` does all three when it can; where it stops half-way,
 * because somebody is to be told or simulated time has to catch up, `send` goes on from there.
 */
export class SendingHalf {
  readonly #sentAt: Address
  readonly #receivedAt: Address
  readonly #abandonedAt: Address
  readonly #finishedAt: Address
  #sent = 0
  /** What `received` was when last looked at; it is read again only when the ring is full. */
  #received = 0
  /** Bytes copied in that are not published yet. */
  #copied = 0
  /** Bytes published of which a waiting receiver is to be told. */
  #untold = 0
  #inUse = false
  #finished = false

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly ring: Ring,
    /** How this half waits for space. */
    readonly wantSpace: Want,
    /** How the receiver waits for data. */
    readonly wantData: Want,
  ) {
    this.#sentAt = at + DIRECTION.offset.sent
    this.#receivedAt = at + DIRECTION.offset.received
    this.#abandonedAt = at + DIRECTION.offset.abandoned
    this.#finishedAt = at + DIRECTION.offset.finished
    this.#sent = memory.load(this.#sentAt)
    this.#received = memory.load(this.#receivedAt)
  }

  /** Whether a call waits here, or has to be gone on with. */
  isInUse(): boolean {
    return this.#inUse || this.#copied + this.#untold > 0
  }

  /** Bytes that can be sent at once; exact when fewer than `enough`. */
  space(enough = 1): number {
    const { bytes } = this.ring
    if (bytes - ((this.#sent - this.#received) | 0) < enough) {
      this.#received = this.memory.load(this.#receivedAt)
    }
    return bytes - ((this.#sent - this.#received) | 0)
  }

  /** Whether the receiver takes nothing more. */
  isBroken(): boolean {
    return this.memory.load(this.#abandonedAt) !== 0
  }

  /**
   * All `length` bytes of `from`, beginning at `start`, if there is space for them: `length`, or
   * BROKEN, or WOULD_BLOCK: then `yield* send` with the same bytes, which also finishes what this
   * began.
   */
  trySend(from: Uint8Array, start: number, length: number): number {
    if (this.#finished || !this.memory.settled()) return WOULD_BLOCK
    if (this.space(length) < length) return this.isBroken() ? BROKEN : WOULD_BLOCK
    return this.#tryGive(from, start, length)
  }

  /**
   * All `length` bytes of `from`, beginning at `start`, waiting for space; fewer only when `wait`
   * is false or the waiter's time is over. Throws BrokenPipe if the receiver has gone before all
   * were sent, and SocketMisuse after `finish`,
   * or when it is not given at least the bytes that a `trySend` before began with.
   */
  *send(
    td: Waiter,
    from: Uint8Array,
    start: number,
    length: number,
    wait: boolean,
  ): Waiting<number> {
    this.#begin(length)
    try {
      for (let sent = 0; ; ) {
        while (!this.memory.settled()) yield SETTLE
        const given = this.#tryGive(from, start + sent, length - sent)
        if (given === BROKEN) throw new BrokenPipe(`the receiver has gone after ${sent} bytes`)
        if (given >= 0) sent += given
        else if (this.#copied + this.#untold > 0) sent += yield* this.#finishStep(td)
        else if (!wait) return sent
        else if ((yield* this.#waitForSpace(td, length - sent)) !== WOKEN) return sent
        if (sent === length) return sent
      }
    } finally {
      this.#inUse = false
    }
  }

  /** Sends nothing more: the receiver comes to the end once it has received the rest. */
  *finish(td: Waiter): Waiting {
    if (this.isInUse()) throw new SocketMisuse('an end is shut down when no send is under way')
    this.#finished = true
    while (!this.memory.settled()) yield SETTLE
    this.memory.store(this.#finishedAt, 1)
    yield* this.wantData.tell(td)
  }

  #begin(length: number): void {
    if (this.#copied + this.#untold > length) {
      throw new SocketMisuse('the bytes that trySend began with are to be sent to the end first')
    }
    if (this.#inUse) throw new SocketMisuse('one thread at a time sends on an end: two do')
    if (this.#finished) {
      throw new SocketMisuse('nothing is sent on an end after it was shut down')
    }
    this.#inUse = true
  }

  /** What there is space for of `length` bytes, at least one: how many. */
  #tryGive(from: Uint8Array, start: number, length: number): number {
    const { memory } = this
    if (this.#copied + this.#untold > 0 || !memory.settled()) return WOULD_BLOCK
    if (this.isBroken()) return BROKEN
    const given = Math.min(this.space(), length)
    if (given === 0) return length === 0 ? 0 : WOULD_BLOCK
    memory.charge(SEND, 1)
    this.ring.copyIn(this.#sent, from, start, given)
    this.#copied = given
    if (!memory.settled()) return WOULD_BLOCK
    this.#publish()
    return this.#untold > 0 ? WOULD_BLOCK : given
  }

  #publish(): void {
    const given = this.#copied
    this.#sent = (this.#sent + given) | 0
    this.memory.store(this.#sentAt, this.#sent)
    this.#copied = 0
    if (this.wantData.isDue((this.#sent - this.#received) | 0)) this.#untold = given
  }

  *#finishStep(td: Waiter): Waiting<number> {
    const given = this.#copied + this.#untold
    while (!this.memory.settled()) yield SETTLE
    if (this.#copied > 0) this.#publish()
    if (this.#untold > 0) yield* this.wantData.tell(td)
    this.#untold = 0
    return given
  }

  /** Waits for half a ring at most; to be told of every freed byte would be too often. */
  #waitForSpace(td: Waiter, length: number): Waiting<number> {
    const wanted = Math.min(length, Math.max(1, this.ring.bytes >> 1))
    return this.wantSpace.wait(td, wanted, this.#receivedAt, this.#received, this.#abandonedAt)
  }
}
