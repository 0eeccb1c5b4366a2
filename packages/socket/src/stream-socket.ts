import { type Address, holderOf, type Memory } from '@smpnet/memory'
import {
  awaiting,
  block,
  finish,
  SETTLE,
  type Until,
  until as endOf,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { SocketMisuse, WOULD_BLOCK } from './errors.ts'
import { expectBytes, lengthOf } from './expect-bytes.ts'
import type { SocketKind } from './kinds.ts'
import { Note } from './note.ts'
import { DIRECTION, directionOffset, noteOffset, type Side } from './pair-layout.ts'
import {
  DatagramReceivingHalf,
  DatagramSendingHalf,
  PacketReceivingHalf,
  PacketSendingHalf,
} from './packet-halves.ts'
import { ReceivingHalf } from './receiving-half.ts'
import { SendingHalf } from './sending-half.ts'
import { Want } from './want.ts'
import { optionOf } from './socket-options.ts'
import type { Buffers } from './buffers.ts'
import { END, type EndEvent, statesOf } from './life-table.ts'
import { Life, REFUSED } from './life.ts'

/** Names one end of a pair for another thread; it can be cloned and posted. */
export interface EndHandle {
  readonly at: Address
  readonly side: Side
  /** Which use of the pair is meant: pairs are given out again once both ends are closed. */
  readonly generation: number
}

/** What an end needs of the zone that its pair is from. */
export interface PairHome {
  readonly memory: Memory
  readonly buffers: Buffers
  /** Frees a pair, both of whose ends are closed, if it was not freed after that use of it. */
  free(pair: Address, generation: number): Waiting
  /**
   * Takes a pair that ends out of what others find it by: its name, the queue in which it waits to
   * be joined, and its own queue, whose connections are reset.
   */
  unlink(td: Waiter, pair: Address, generation: number): Waiting
  /** Closes ends in flight in a direction: those that are published, or are not, or all. */
  closeRights(td: Waiter, direction: Address, which: WhichRights): Waiting
}

/** Ends in flight, by whether the packets that they go with are published. */
export type WhichRights = 'published' | 'unpublished' | 'all'

/**
 * One end of a stream socket pair: bytes go in at one end and come out at the other, in order,
 * in both directions at once. One thread at a time sends on an end and one receives, which may be
 * two threads; several threads may take turns under a lock, since all that an end has to remember
 * is in Memory. There are three ways to use it: `…Sync` blocks the thread, `…Async` awaits, and
 * the plain name is a generator for kernel threads, whose hot path is
 *
 *     let n = socket.receiveSoon(td, bytes)
 *     if (n < 0) n = yield* socket.receive(td, bytes)
 *
 * A pair may be made for packets: then each send is of one, as a whole, and so is each receive.
 *
 * No locks are taken but the parking lot's, and these only when somebody has to wait.
 *
 * The life of an end is the table `END`; only `Life` writes its state.
 */
export class StreamSocket {
  readonly memory: Memory
  readonly note: Note
  readonly life: Life
  #sending: SendingHalf | undefined
  #receiving: ReceivingHalf | undefined

  constructor(
    readonly home: PairHome,
    readonly handle: EndHandle,
    /** What goes through it, as it does at the other end. */
    readonly kind: SocketKind = 'stream',
  ) {
    this.memory = home.memory
    this.note = this.#noteOf(handle.side)
    this.life = new Life(this.memory, handle.at, handle.side, handle.generation)
  }

  /** The direction in which this end sends. */
  get sending(): SendingHalf {
    return (this.#sending ??= this.#openSending())
  }

  /** The direction in which it receives. */
  get receiving(): ReceivingHalf {
    return (this.#receiving ??= this.#openReceiving())
  }

  /** Whether it was not closed, by this thread or by another. */
  get isOpen(): boolean {
    return this.life.isOpen()
  }

  /** Whether it is joined to a peer, or was until that one reset it. */
  get isJoined(): boolean {
    return this.life.isIn(JOINED)
  }

  /** Whether connections come to it. */
  get isListening(): boolean {
    return this.life.isIn(LISTENING)
  }

  /**
   * See `ReceivingHalf.tryReceive`. Throws SocketMisuse on a closed end, RangeError, also for room
   * of no bytes: that 0 came would look like the end.
   */
  tryReceive(td: Waiter, to: Uint8Array, start = 0, length = lengthOf(to) - start): number {
    expectBytes(to, start, length, 1)
    return this.receiving.tryReceive(td, to, start, length)
  }

  /**
   * `tryReceive`, and once more after a spin, where this thread may spin and that pays: the usual
   * wait of two threads that talk, for which no generator is made.
   */
  receiveSoon(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = lengthOf(to) - start,
    until?: Until,
  ): number {
    const { receiving } = this
    const taken = this.tryReceive(td, to, start, length)
    if (taken !== WOULD_BLOCK || !receiving.spinAfterTry(td, until)) return taken
    return receiving.tryReceive(td, to, start, length)
  }

  /**
   * See `SendingHalf.trySend`. A receiver that it wakes, that is of the caller's CPU and more
   * urgent, runs at the caller's next yield. Throws SocketMisuse on a closed end, RangeError.
   */
  trySend(td: Waiter, from: Uint8Array, start = 0, length = lengthOf(from) - start): number {
    expectBytes(from, start, length, 0)
    return this.sending.trySend(td, from, start, length)
  }

  /** See `SendingHalf.sendSoon`. Throws as `trySend` does. */
  sendSoon(td: Waiter, from: Uint8Array, start = 0, length = lengthOf(from) - start): number {
    expectBytes(from, start, length, 0)
    return this.sending.sendSoon(td, from, start, length)
  }

  /** See `ReceivingHalf.receive`. Throws as `tryReceive` does. */
  receive(
    td: Waiter,
    to: Uint8Array,
    start = 0,
    length = lengthOf(to) - start,
    wait = true,
    until?: Until,
  ): Waiting<number> {
    expectBytes(to, start, length, 1)
    return this.receiving.receive(td, to, start, length, wait, until)
  }

  /** See `SendingHalf.send`. Throws SocketMisuse on a closed end. */
  send(
    td: Waiter,
    from: Uint8Array,
    start = 0,
    length = lengthOf(from) - start,
    wait = true,
    until?: Until,
  ): Waiting<number> {
    expectBytes(from, start, length, 0)
    return this.sending.send(td, from, start, length, wait, until)
  }

  /** Receives up to all of `to`, blocking this thread until there is something; 0 at the end. */
  receiveSync(td: Waiter, to: Uint8Array, until?: Until): number {
    const taken = this.receiveSoon(td, to, 0, lengthOf(to), until)
    if (taken >= 0) return taken
    const limit = until ?? this.limit(td, 'SO_RCVTIMEO')
    return block(td, this.receive(td, to, 0, to.length, true, limit))
  }

  /** Sends all of `from`, blocking this thread until it is in the ring. */
  sendSync(td: Waiter, from: Uint8Array, until?: Until): number {
    const given = this.sendSoon(td, from)
    if (given >= 0) return given
    const limit = until ?? this.limit(td, 'SO_SNDTIMEO')
    return block(td, this.send(td, from, 0, from.length, true, limit))
  }

  /** When a call ends that is told no time, by an option of this end; undefined for never. */
  limit(td: Waiter, name: 'SO_SNDTIMEO' | 'SO_RCVTIMEO'): Until | undefined {
    const timeoutMs = optionOf(this, name)
    return timeoutMs === 0 ? undefined : endOf(td, { timeoutMs })
  }

  /** Receives up to all of `to` without blocking the event loop; 0 at the end. */
  async receiveAsync(td: Waiter, to: Uint8Array, until?: Until): Promise<number> {
    return await awaiting(td, this.receive(td, to, 0, to.length, true, until))
  }

  /** Sends all of `from` without blocking the event loop. */
  async sendAsync(td: Waiter, from: Uint8Array, until?: Until): Promise<number> {
    return await awaiting(td, this.send(td, from, 0, from.length, true, until))
  }

  /**
   * Takes the error of a reset, if there is one that no call has reported. For a caller that goes
   * by tries, one of which said RESET.
   */
  *reports(): Waiting<boolean> {
    const { life } = this
    while (!this.memory.settled()) yield SETTLE
    return life.stateIn(life.load()) === END.state.RESET && (yield* life.reports())
  }

  /** Sends nothing more; the other end still can (half close). Throws SocketMisuse. */
  *shutdown(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.#checkIdle('shutdown', this.sending)
    yield* this.#step(td, 'shutdown')
  }

  /**
   * Receives nothing more: what is there is lost, and the peer's sends are a broken pipe (half
   * close, the other way). A receive under way finds the end. Throws SocketMisuse.
   */
  *shutdownReceive(td: Waiter): Waiting {
    yield* this.#step(td, 'shutdownReceive')
    yield* this.receiving.wantData.tell(td)
  }

  /**
   * Closes without order: what was sent can still be received, and then the peer hears of a reset,
   * once, as it does at once if it sends. Throws SocketMisuse for an end that is not connected, is
   * watched by a poller, or has an operation under way.
   */
  *abort(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.#checkIdle('abort', this.sending, this.receiving)
    yield* this.#step(td, 'abort')
    if (this.kind !== 'stream') yield* this.#closeReceivable(td)
    yield* this.#step(td, 'closed')
  }

  /**
   * Neither sends nor receives any more. What was sent before can still be received there. Throws
   * SocketMisuse when the end is closed already, in another thread too, is still watched by a
   * poller, or has an operation under way.
   */
  *close(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.#checkIdle('close', this.sending, this.receiving)
    yield* this.#step(td, 'close')
    if (this.kind !== 'stream') yield* this.#closeReceivable(td)
    yield* this.#step(td, 'closed')
  }

  /**
   * Closes the end of a thread that has ended, whatever it was about, if it had not. For an end
   * that nobody else uses; another undertaker may do it again, if one has ended in it.
   * `thread` is the number of the one that has ended, if it had one.
   */
  *bury(td: Waiter, thread?: number): Waiting {
    const { life } = this
    while (!this.memory.settled()) yield SETTLE
    const word = life.load()
    if (life.stateIn(word) === END.state.FREED) {
      return yield* this.#act(td, life.check(word, 'bury'))
    }
    yield* this.note.recover(thread === undefined ? undefined : holderOf(thread))
    // It may have ended while it closed: then all is done once more, which tells nobody twice.
    const actions = yield* life.step('bury')
    yield* this.#unlink(td, actions)
    if (actions & END.action.tellReceiver) yield* this.sending.wantData.tellForDead(td)
    if (actions & END.action.tellSender) yield* this.receiving.wantSpace.tellForDead(td)
    yield* this.#closeReceivable(td)
    yield* this.#closeSendable(td)
    yield* this.#step(td, 'closed')
  }

  /** Closes the ends in flight that nobody receives, when this end receives no more. */
  *#closeReceivable(td: Waiter): Waiting {
    if (this.receiving.hasCarried()) {
      yield* this.home.closeRights(td, this.receiving.at, 'published')
    }
  }

  /** The same for those that the thread which sent them has left, that ended as it did. */
  *#closeSendable(td: Waiter): Waiting {
    const { sending, life } = this
    if (!sending.hasCarried()) return
    while (!this.memory.settled()) yield SETTLE
    const isGone = life.peerIsGone(life.load())
    yield* this.home.closeRights(td, sending.at, isGone ? 'all' : 'unpublished')
  }

  /** After a packet with rights was published: none receives them that has gone meanwhile. */
  *closeUnreceivable(td: Waiter): Waiting {
    const { sending, life } = this
    while (!this.memory.settled()) yield SETTLE
    if (life.peerIsGone(life.load())) yield* this.home.closeRights(td, sending.at, 'published')
  }

  /** See `SendingHalf.drain`. Throws SocketMisuse on a closed end. */
  drain(td: Waiter, until?: Until): Waiting<boolean> {
    if (!this.life.isOpen()) throw new SocketMisuse('an end is drained until it is closed: it is')
    return this.sending.drain(td, until)
  }

  /** `shutdown` for a thread outside kernels. */
  shutdownSync(td: Waiter): void {
    finish(td, this.shutdown(td))
  }

  /** `close` for a thread outside kernels. */
  closeSync(td: Waiter): void {
    finish(td, this.close(td))
  }

  /** Changes the state of this end, and carries out what comes of it. */
  *#step(td: Waiter, event: EndEvent): Waiting {
    let actions = this.life.tryStep(event)
    if (actions === REFUSED) actions = yield* this.life.step(event)
    if (actions !== 0) yield* this.#act(td, actions)
  }

  *#act(td: Waiter, actions: number): Waiting {
    const { unlink, tellAcceptors, tellReceiver, tellSender, free } = END.action
    if (actions & (unlink | tellAcceptors)) yield* this.#unlink(td, actions)
    if (actions & tellReceiver) {
      const { wantData } = this.sending
      if (!wantData.isToldNow()) yield* wantData.tell(td)
    }
    if (actions & tellSender) {
      const { wantSpace } = this.receiving
      if (!wantSpace.isToldNow()) yield* wantSpace.tell(td)
    }
    if (actions & free) yield* this.home.free(this.handle.at, this.handle.generation)
  }

  *#unlink(td: Waiter, actions: number): Waiting {
    const { at, generation } = this.handle
    if (actions & END.action.unlink) yield* this.home.unlink(td, at, generation)
    if (actions & END.action.tellAcceptors) yield* this.receiving.wantData.tellAll(td)
  }

  /**
   * Checks that the end takes an event, and that nothing is under way that the event would end.
   * The life is looked at last too: from when the end is closed, its other words may be others'.
   */
  #checkIdle(
    event: 'shutdown' | 'close' | 'abort',
    ...halves: (SendingHalf | ReceivingHalf)[]
  ): void {
    const { life } = this
    life.check(life.load(), event)
    const isInUse = halves.some((half) => half.isInUse())
    const isWatched = event !== 'shutdown' && this.note.isAssigned()
    if (!isInUse && !isWatched) return
    life.check(life.load(), event)
    throw new SocketMisuse(isInUse ? UNDER_WAY[event] : WATCHED)
  }

  #noteOf(side: Side): Note {
    return new Note(this.memory, this.handle.at + noteOffset(side))
  }

  #openSending(): SendingHalf {
    const { home, handle, memory } = this
    const at = handle.at + directionOffset(handle.side)
    const { wantSpace, wantData } = DIRECTION.offset
    const space = new Want(memory, at + wantSpace, this.note)
    const data = new Want(memory, at + wantData, this.#noteOf(otherSide(handle.side)))
    return new SENDING[this.kind](memory, at, this.life, home.buffers, space, data)
  }

  #openReceiving(): ReceivingHalf {
    const { home, handle, memory } = this
    const other = otherSide(handle.side)
    const at = handle.at + directionOffset(other)
    const { wantSpace, wantData } = DIRECTION.offset
    const data = new Want(memory, at + wantData, this.note)
    const space = new Want(memory, at + wantSpace, this.#noteOf(other))
    return new RECEIVING[this.kind](memory, at, this.life, home.buffers, data, space)
  }
}

const SENDING = {
  stream: SendingHalf,
  seqpacket: PacketSendingHalf,
  dgram: DatagramSendingHalf,
} as const
const RECEIVING = {
  stream: ReceivingHalf,
  seqpacket: PacketReceivingHalf,
  dgram: DatagramReceivingHalf,
} as const

const JOINED = statesOf(
  'CONNECTED',
  'SEND_SHUT',
  'RECEIVE_SHUT',
  'BOTH_SHUT',
  'RESET',
  'DISCONNECTED',
)
const LISTENING = statesOf('LISTENING')

const UNDER_WAY = {
  shutdown: 'an end is shut down when no send is under way on it: a call still waits',
  close: 'an end is closed when nothing is under way on it: a call still waits',
  abort: 'an end is aborted when nothing is under way on it: a call still waits',
} as const
const WATCHED = 'a poller watches this end: remove it there before it is closed'

function otherSide(side: Side): Side {
  return side === 0 ? 1 : 0
}
