import { type Address, type Memory, NIL, Pool, work } from '@smpnet/memory'
import {
  ABORTED,
  FOREVER,
  leftMs,
  PREEMPT,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
  YIELD,
} from '@smpnet/park'
import {
  BROKEN,
  BrokenPipe,
  ConnectionReset,
  NO_BUFFERS,
  NoBuffers,
  RESET,
  SendAborted,
  SocketMisuse,
  WOULD_BLOCK,
} from './errors.ts'
import { DIRECTION } from './pair-layout.ts'
import type { Want } from './want.ts'
import type { Buffers } from './buffers.ts'
import { COPIED, Half, LOOKED, NOTHING, PREEMPTS, REFUSED } from './half.ts'
import { END } from './life-table.ts'
import type { Life } from './life.ts'
import type { Ring } from './ring.ts'

const SEND = work('socket-send')
/**
 * The most bytes that are copied in before the receiver is told: some 5 µs of copying, of which
 * what a commit takes is a fiftieth. Twice as many, and half, were as fast or slower.
 */
const STRIDE = 1 << 16

/** A direction as its sender uses it. */
export class SendingHalf extends Half {
  /** Whether a try has seen that the direction has no ring, and could not take one at once. */
  #lacksRing = false

  constructor(
    memory: Memory,
    at: Address,
    life: Life,
    buffers: Buffers,
    wantSpace: Want,
    wantData: Want,
  ) {
    const { received, sent } = DIRECTION.offset
    const { bytes } = buffers
    super(memory, at, life, buffers, at + sent, at + received, bytes, wantSpace, wantData)
  }

  /** How this half waits for space. */
  get wantSpace(): Want {
    return this.want
  }

  /** How the receiver waits for data. */
  get wantData(): Want {
    return this.otherWant
  }

  /** Bytes that can be sent at once. */
  space(): number {
    return this.roomNow()
  }

  /** Whether the receiver takes nothing more. */
  isBroken(): boolean {
    return this.life.peerIsGone(this.life.load())
  }

  /**
   * All `length` bytes of `from`, beginning at `start`, if there is space for them and a receiver
   * that waits can be told, without any wait: `length`, or BROKEN, or NO_BUFFERS, or WOULD_BLOCK,
   * having done nothing; or RESET, which `send` reports.
   */
  trySend(td: Waiter, from: Uint8Array, start: number, length: number): number {
    const { memory } = this
    this.paid = NOTHING
    if (!memory.settled()) return WOULD_BLOCK
    if (this.opened === undefined && length > 0) {
      const result = this.#tryOpen()
      if (result !== 0) return result
    }
    const space = this.#look(td, length)
    if (space === BROKEN || space === RESET) return space
    if (space < length) {
      this.paid = LOOKED
      return WOULD_BLOCK
    }
    if (length === 0) return 0
    this.copy(from, start, length)
    if (memory.settled()) return this.commit(td) === REFUSED ? WOULD_BLOCK : length
    this.giveUpCopied(from, start)
    return WOULD_BLOCK
  }

  /** As `trySend`, of what is sent at once: WOULD_BLOCK for more than `send` copies in one go. */
  sendSoon(td: Waiter, from: Uint8Array, start: number, length: number): number {
    if (length <= STRIDE) return this.trySend(td, from, start, length)
    this.paid = NOTHING
    return WOULD_BLOCK
  }

  /**
   * All `length` bytes of `from`, beginning at `start`, waiting for space: how many were sent,
   * fewer only when `wait` is false or the time for the whole call is over. Throws
   * SendAborted if the signal ended the call, BrokenPipe if the receiver has gone before all were
   * sent, ConnectionReset, which is reported once, NoBuffers if there is none for the first bytes,
   * and SocketMisuse.
   */
  *send(
    td: Waiter,
    from: Uint8Array,
    start: number,
    length: number,
    wait: boolean,
    until: Until = FOREVER,
  ): Waiting<number> {
    let paid = this.takePaid(from, start, length)
    let isWithin = false
    try {
      for (let sent = 0; ; ) {
        let given = paid === COPIED ? this.moved : 0
        if (paid === LOOKED) given = this.copy(from, start, this.fitting(length))
        if (paid === NOTHING || (given === 0 && !wait)) {
          while (!this.memory.settled()) yield SETTLE
          if (this.opened === undefined && length > 0) yield* this.#open()
          given = this.#copySome(td, from, start + sent, length - sent)
        }
        paid = NOTHING
        if (given === BROKEN) throw new BrokenPipe(sent)
        if (given === RESET && (yield* this.life.reports())) throw new ConnectionReset(sent)
        if (given === RESET) continue
        if (given > 0) {
          while (!this.memory.settled()) yield SETTLE
          let result = this.commit(td)
          for (; result === REFUSED; result = this.commit(td)) yield this.again()
          if (result === PREEMPTS) yield PREEMPT
        }
        sent += given
        if (sent === length || (given === 0 && !wait)) return sent
        if (given > 0 && !td.isToYield()) continue
        if (!isWithin) this.occupy(td)
        isWithin = true
        if (given > 0) {
          yield YIELD
          if (until.signal?.aborted) throw new SendAborted(sent, until.signal.reason)
          if (leftMs(td, until) > 0) continue
          return sent
        }
        if (this.spin(td, until)) continue
        if (td.watchNs > 0 && (yield* this.watches(td, until))) continue
        const outcome = yield* this.wait(td, this.spaceToWaitFor(length - sent), until)
        if (outcome === ABORTED) throw new SendAborted(sent, until.signal?.reason)
        if (outcome !== WOKEN) return sent
      }
    } finally {
      if (isWithin) this.leave()
    }
  }

  /**
   * Waits until the receiver has all that was sent: true; false when the time is over, or it has
   * gone. Throws the reason of the signal, and SocketMisuse.
   */
  *drain(td: Waiter, until: Until = FOREVER): Waiting<boolean> {
    let isWithin = false
    try {
      for (;;) {
        while (!this.memory.settled()) yield SETTLE
        this.word = this.life.load()
        if (this.look(td, this.bytes) === this.bytes) return true
        if (this.life.peerIsGone(this.word)) return false
        if (this.spin(td, until)) continue
        if (!isWithin) this.occupy(td)
        isWithin = true
        const outcome = yield* this.wait(td, this.bytes, until)
        if (outcome === ABORTED) until.signal?.throwIfAborted()
        if (outcome !== WOKEN) return false
      }
    } finally {
      if (isWithin) this.leave()
    }
  }

  /** BROKEN, or RESET, or the space there is, exact when less than `length`. */
  #look(td: Waiter, length: number): number {
    const { life } = this
    const word = (this.word = life.glance())
    const refusal = word === life.whole ? 0 : this.refusalIn(word)
    return refusal === 0 ? this.look(td, length) : refusal
  }

  /** Copies so many bytes in, for which there is space. */
  protected copy(from: Uint8Array, start: number, length: number): number {
    this.moved = length
    if (length === 0) return 0
    this.memory.charge(SEND, 1)
    this.copyIn(this.opened!, from, start, length)
    return length
  }

  protected copyIn(ring: Ring, from: Uint8Array, start: number, length: number): void {
    ring.copyIn(this.position, from, start, length)
  }

  /**
   * How many of so many bytes are sent now, of a look that found `room`. A receiver copies what it
   * has been told of while the next is copied in.
   */
  protected fitting(length: number): number {
    return Math.min(this.room, length, STRIDE)
  }

  /** Half a ring at most: to be told of every freed byte would be too often. */
  protected spaceToWaitFor(length: number): number {
    return Math.min(length, Math.max(1, this.bytes >> 1))
  }

  /** Copies in what there is space for: how many bytes, or BROKEN, or RESET. */
  #copySome(td: Waiter, from: Uint8Array, start: number, length: number): number {
    const space = this.#look(td, length)
    if (space < 0) return space
    return this.copy(from, start, this.fitting(length))
  }

  /** Sees to it that there is a ring: 0 if there is one, or why `trySend` gives up. */
  #tryOpen(): number {
    const { memory, buffers } = this
    this.#lacksRing = false
    if (this.#findRing()) return memory.settled() ? 0 : WOULD_BLOCK
    const refusal = this.#refusal()
    if (refusal !== 0) return refusal
    const buffer = buffers.tryTake()
    if (buffer === NIL) return NO_BUFFERS
    this.#lacksRing = buffer === Pool.HELD
    if (this.#lacksRing) return WOULD_BLOCK
    if (!this.#assign(buffer)) {
      buffers.giveNow(buffer)
      throw this.twoAtOnce()
    }
    return memory.settled() ? 0 : WOULD_BLOCK
  }

  /** The same for a call that may wait. Throws NoBuffers. */
  *#open(): Waiting {
    const { memory, buffers } = this
    const isKnown = this.#lacksRing
    this.#lacksRing = false
    if (!isKnown && (this.#findRing() || this.#refusal() !== 0)) return
    const buffer = yield* buffers.take()
    if (buffer === NIL) throw new NoBuffers(buffers.bytes, buffers.handle.items)
    if (!this.#assign(buffer)) yield* buffers.give(buffer)
    while (!memory.settled()) yield SETTLE
  }

  /** Looks for a ring that another sender has assigned, on an end that may send. */
  #findRing(): boolean {
    return this.ring() !== undefined
  }

  #refusal(): number {
    const word = this.life.load()
    return word === this.life.whole ? 0 : this.refusalIn(word)
  }

  /** Why nothing is sent on an end with such a life: BROKEN, or RESET, or 0 if it is. */
  protected refusalIn(word: number): number {
    const actions = this.life.check(word, 'send')
    if ((actions & END.action.refuse) !== 0) return BROKEN
    return (actions & END.action.report) !== 0 ? RESET : 0
  }

  /** Makes a buffer the direction's ring, or opens the one that another has made it. */
  #assign(buffer: Address): boolean {
    const key = this.buffers.keyOf(buffer)
    const before = this.memory.compareExchange(this.at + DIRECTION.offset.ring, NIL, key)
    this.openRing(before === NIL ? key : before)
    return before === NIL
  }

  protected override twoAtOnce(): SocketMisuse {
    return new SocketMisuse('one thread at a time sends on an end: two do')
  }
}
