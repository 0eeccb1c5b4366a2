import type { Address, Memory } from '@smpnet/memory'
import {
  awaiting,
  block,
  finish,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { SocketMisuse } from './errors.ts'
import { Note } from './note.ts'
import {
  BOTH_CLOSED,
  closedBit,
  closingBit,
  DIRECTION,
  directionOffset,
  isOfUse,
  noteOffset,
  PAIR,
  ringOffset,
  type Side,
} from './pair-layout.ts'
import { ReceivingHalf } from './receiving-half.ts'
import { Ring } from './ring.ts'
import { SendingHalf } from './sending-half.ts'
import { Want } from './want.ts'

/** Names one end of a pair for another thread; it can be cloned and posted. */
export interface EndHandle {
  readonly at: Address
  readonly side: Side
  /** Which use of the pair is meant: pairs are given out again once both ends are closed. */
  readonly generation: number
}

/**
 * One end of a stream socket pair: bytes go in at one end and come out at the other, in order,
 * in both directions at once. One thread at a time sends on an end and one receives, which may be
 * two threads. There are three ways to use it: `…Sync` blocks the thread, `…Async` awaits, and
 * the plain name is a generator for kernel threads, whose hot path is
 *
 *     let n = socket.tryReceive(bytes)
 *     if (n < 0) n = yield* socket.receive(td, bytes)
 *
 * No locks are taken but the parking lot's, and these only when somebody has to wait.
 */
export class StreamSocket {
  readonly note: Note
  readonly sending: SendingHalf
  readonly receiving: ReceivingHalf
  #open = true

  constructor(
    readonly memory: Memory,
    readonly handle: EndHandle,
    bufferBytes: number,
    /** Frees the pair; called by the end that closes second. */
    readonly free: (pair: Address) => Waiting,
  ) {
    const { at, side } = handle
    const other = (1 - side) as Side
    const note = (of: Side): Note => new Note(memory, at + noteOffset(of))
    const want = (of: Side, direction: Side, name: 'wantData' | 'wantSpace'): Want =>
      new Want(memory, at + directionOffset(direction) + DIRECTION.offset[name], note(of))
    const ring = (of: Side): Ring =>
      new Ring(memory, at + ringOffset(of, bufferBytes), bufferBytes)
    this.note = note(side)
    this.sending = new SendingHalf(
      memory,
      at + directionOffset(side),
      ring(side),
      want(side, side, 'wantSpace'),
      want(other, side, 'wantData'),
    )
    this.receiving = new ReceivingHalf(
      memory,
      at + directionOffset(other),
      ring(other),
      want(side, other, 'wantData'),
      want(other, other, 'wantSpace'),
    )
  }

  /** Whether it was not closed, as far as this object knows. */
  get isOpen(): boolean {
    return this.#open
  }

  /**
   * See `ReceivingHalf.tryReceive`. Throws SocketMisuse on a closed end, RangeError, also for room
   * of no bytes: that 0 came would look like the end.
   */
  tryReceive(to: Uint8Array, start = 0, length = to.length - start): number {
    this.#check(to, start, length, 1)
    return this.receiving.tryReceive(to, start, length)
  }

  /** See `SendingHalf.trySend`. Throws SocketMisuse on a closed end, RangeError. */
  trySend(from: Uint8Array, start = 0, length = from.length - start): number {
    this.#check(from, start, length, 0)
    return this.sending.trySend(from, start, length)
  }

  /** See `ReceivingHalf.receive`. Throws as `tryReceive` does. */
  receive(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = to.length - start,
    wait = true,
    until?: Until,
  ): Waiting<number> {
    this.#check(to, start, length, 1)
    return this.receiving.receive(td, to, start, length, wait, until)
  }

  /** See `SendingHalf.send`. Throws SocketMisuse on a closed end. */
  send(
    td: Waiter,
    from: Uint8Array,
    start = 0,
    length = from.length - start,
    wait = true,
    until?: Until,
  ): Waiting<number> {
    this.#check(from, start, length, 0)
    return this.sending.send(td, from, start, length, wait, until)
  }

  /** Receives up to all of `to`, blocking this thread until there is something; 0 at the end. */
  receiveSync(td: Waiter, to: Uint8Array, until?: Until): number {
    const taken = this.tryReceive(to)
    return taken >= 0 ? taken : block(td, this.receive(td, to, 0, to.length, true, until))
  }

  /** Sends all of `from`, blocking this thread until it is in the ring. */
  sendSync(td: Waiter, from: Uint8Array, until?: Until): number {
    const given = this.trySend(from)
    return given >= 0 ? given : block(td, this.send(td, from, 0, from.length, true, until))
  }

  /** Receives up to all of `to` without blocking the event loop; 0 at the end. */
  async receiveAsync(td: Waiter, to: Uint8Array, until?: Until): Promise<number> {
    return await awaiting(td, this.receive(td, to, 0, to.length, true, until))
  }

  /** Sends all of `from` without blocking the event loop. */
  async sendAsync(td: Waiter, from: Uint8Array, until?: Until): Promise<number> {
    return await awaiting(td, this.send(td, from, 0, from.length, true, until))
  }

  /** Sends nothing more; the other end still can (half close). */
  *shutdown(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    if (!this.#open || this.#isClosed()) {
      throw new SocketMisuse('a closed end cannot be shut down')
    }
    yield* this.sending.finish(td)
  }

  /**
   * Neither sends nor receives any more. What was sent before can still be received there. Throws
   * SocketMisuse when the end is closed already, in another thread too, is still watched by a
   * poller, or has an operation under way.
   */
  *close(td: Waiter): Waiting {
    this.#checkIdle()
    this.#open = yield* this.#beginClosing()
    if (!this.#open) throw closedAlready()
    if (this.note.isAssigned()) {
      this.memory.and(this.handle.at + PAIR.offset.closed, ~closingBit(this.handle.side))
      throw new SocketMisuse('a poller watches this end: remove it there before it is closed')
    }
    this.#open = false
    yield* this.#finishClosing(td)
  }

  /**
   * Closes the end of a thread that has ended, whatever it was about, if it had not. For an end
   * that nobody else uses.
   */
  *bury(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    if (!this.#isClosed()) {
      yield* this.note.recover()
      // It may have ended while it closed: then all is done once more, which tells nobody twice.
      yield* this.#beginClosing()
      yield* this.#finishClosing(td)
    }
    this.#open = false
  }

  /** `shutdown` for a thread outside kernels. */
  shutdownSync(td: Waiter): void {
    finish(td, this.shutdown(td))
  }

  /** `close` for a thread outside kernels. */
  closeSync(td: Waiter): void {
    finish(td, this.close(td))
  }

  #check(bytes: Uint8Array, start: number, length: number, least: number): void {
    if (!this.#open) throw new SocketMisuse('a closed end neither sends nor receives')
    if (!(bytes instanceof Uint8Array)) throw new TypeError(notBytes(bytes))
    const whole = Number.isInteger(start) && Number.isInteger(length)
    if (whole && start >= 0 && length >= least && start + length <= bytes.length) return
    throw new RangeError(
      length === 0 && least > 0
        ? 'bytes are received into room for at least 1, since 0 is the end: room for 0 came'
        : `bytes ${start} to ${start + length} were asked for of an array of ${bytes.length}`,
    )
  }

  #checkIdle(): void {
    if (!this.#open) throw closedAlready()
    if (this.sending.isInUse() || this.receiving.isInUse()) {
      throw new SocketMisuse(
        'an end is closed when nothing is under way on it: a call still waits',
      )
    }
  }

  /**
   * The caller, and nobody else, is to close this end. False if somebody does or has, also in an
   * earlier use of the pair: from then on its words may be others'.
   */
  *#beginClosing(): Waiting<boolean> {
    const { memory, handle } = this
    const at = handle.at + PAIR.offset.closed
    const mine = closingBit(handle.side)
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(at)
      if (!isOfUse(seen, handle.generation) || (seen & mine) !== 0) return false
      while (!memory.settled()) yield SETTLE
      if (memory.compareExchange(at, seen, seen | mine) === seen) return true
    }
  }

  *#finishClosing(td: Waiter): Waiting {
    const { memory, handle } = this
    const mine = closedBit(handle.side)
    yield* this.sending.finish(td)
    yield* this.receiving.abandon(td)
    while (!memory.settled()) yield SETTLE
    const before = memory.or(handle.at + PAIR.offset.closed, mine)
    if (((before | mine) & BOTH_CLOSED) === BOTH_CLOSED) yield* this.free(handle.at)
  }

  /** Whether this end was closed, by this thread or by another, and may be somebody else's now. */
  #isClosed(): boolean {
    const { at, side, generation } = this.handle
    const seen = this.memory.load(at + PAIR.offset.closed)
    return !isOfUse(seen, generation) || (seen & closedBit(side)) !== 0
  }
}

function closedAlready(): SocketMisuse {
  return new SocketMisuse('an end is closed once: it is closed already')
}

function notBytes(value: unknown): string {
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  return `bytes come as a Uint8Array, which a TextEncoder makes of text: ${kind} came`
}
