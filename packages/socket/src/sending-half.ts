import { type Address, type Memory, work } from '@smpnet/memory'
import {
  ABORTED,
  FOREVER,
  leftMs,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
  YIELD,
} from '@smpnet/park'
import { BROKEN, BrokenPipe, SendAborted, SocketMisuse, WOULD_BLOCK } from './errors.ts'
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
  /** Whether a `trySend` has just looked, in vain: `send` does not pay for that once more. */
  #looked = false
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
    return this.#inUse || this.#hasBegun()
  }

  /** Bytes that can be sent at once; exact when fewer than `enough`. */
  space(enough = 1): number {
    if (this.#free() < enough) this.#received = this.memory.load(this.#receivedAt)
    return this.#free()
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
    if (this.#finished || this.#hasBegun() || !this.memory.settled()) return WOULD_BLOCK
    const space = this.#look(length)
    if (space === BROKEN) return BROKEN
    this.#looked = space < length
    return this.#looked ? WOULD_BLOCK : this.#give(from, start, length)
  }

  /**
   * All `length` bytes of `from`, beginning at `start`, waiting for space: how many were sent,
   * fewer only when `wait` is false or the time for the whole call is over. Throws
   * SendAborted if the signal ended the call, BrokenPipe if the receiver has gone before all were
   * sent, and SocketMisuse after `finish`, or when it is not given at least the bytes that a
   * `trySend` before began with.
   */
  *send(
    td: Waiter,
    from: Uint8Array,
    start: number,
    length: number,
    wait: boolean,
    until: Until = FOREVER,
  ): Waiting<number> {
    this.#begin(length)
    try {
      for (let sent = 0; ; ) {
        const isSeen = this.#sawAll()
        if (!isSeen) while (!this.memory.settled()) yield SETTLE
        let given = this.#giveSome(isSeen, from, start + sent, length - sent)
        if (given === BROKEN) throw new BrokenPipe(sent)
        if (given === WOULD_BLOCK) given = yield* this.#finishStep(td)
        sent += given
        if (sent === length || (given === 0 && !wait)) return sent
        if (given > 0) {
          if (!td.isToYield()) continue
          yield YIELD
          if (until.signal?.aborted) throw new SendAborted(sent, until.signal.reason)
          if (leftMs(td, until) > 0) continue
          return sent
        }
        const outcome = yield* this.#waitForSpace(td, length - sent, until)
        if (outcome === ABORTED) throw new SendAborted(sent, until.signal?.reason)
        if (outcome !== WOKEN) return sent
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

  #hasBegun(): boolean {
    return this.#copied + this.#untold > 0
  }

  /** What of `length` bytes can be given at once: how many, or BROKEN, or as `#give` says. */
  #giveSome(isSeen: boolean, from: Uint8Array, start: number, length: number): number {
    if (this.#hasBegun()) return WOULD_BLOCK
    const space = isSeen ? this.#free() : this.#look(length)
    return space === BROKEN ? BROKEN : this.#give(from, start, Math.min(space, length))
  }

  /** BROKEN, or the bytes that there is space for, exact when fewer than `length`. */
  #look(length: number): number {
    return this.isBroken() ? BROKEN : this.space(length)
  }

  /** Whether a `trySend` has just looked, and there is still nothing else to be seen. */
  #sawAll(): boolean {
    const { memory } = this
    const looked = this.#looked
    this.#looked = false
    if (!looked || memory.peek(this.#abandonedAt) !== 0) return false
    return memory.peek(this.#receivedAt) === this.#received
  }

  /** Bytes that were free when last looked at. */
  #free(): number {
    return this.ring.bytes - ((this.#sent - this.#received) | 0)
  }

  /** Gives as many bytes as there is space for. WOULD_BLOCK if `#finishStep` has to go on. */
  #give(from: Uint8Array, start: number, length: number): number {
    if (length === 0) return 0
    const { memory } = this
    memory.charge(SEND, 1)
    this.ring.copyIn(this.#sent, from, start, length)
    this.#copied = length
    if (!memory.settled()) return WOULD_BLOCK
    this.#publish()
    return this.#untold > 0 ? WOULD_BLOCK : length
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
  #waitForSpace(td: Waiter, length: number, until: Until): Waiting<number> {
    const wanted = Math.min(length, Math.max(1, this.ring.bytes >> 1))
    const { wantSpace } = this
    return wantSpace.wait(td, wanted, this.#receivedAt, this.#received, this.#abandonedAt, until)
  }
}
