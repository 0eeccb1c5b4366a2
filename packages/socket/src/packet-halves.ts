import { work } from '@smpnet/memory'
import type { Until, Waiter, Waiting } from '@smpnet/park'
import { BROKEN, PacketTooLong, SocketMisuse, WOULD_BLOCK } from './errors.ts'
import { END } from './life-table.ts'
import { ReceivingHalf } from './receiving-half.ts'
import type { Ring } from './ring.ts'
import { MOST_RIGHTS, PacketWithRights, RIGHT_BYTES } from './rights.ts'
import { SendingHalf } from './sending-half.ts'

/**
 * Packets in a ring of bytes: each is its length, in 4 bytes, the lowest first, and then as many
 * bytes. The highest 4 bits of the length say how many rights go with it, which are its first
 * bytes: see `rights.ts`. A packet is published by one change of the sender's position, and taken
 * by one of the receiver's, so that whoever looks sees whole packets, also where a thread ended in
 * the midst of one. A sender waits for space for all of it; a receiver that has too little room is
 * told, and the packet stays.
 */
export const HEADER_BYTES = 4

/** A buffer has 2^28 bytes at most, and a packet fewer. */
const RIGHTS_SHIFT = 28
const LENGTH = (1 << RIGHTS_SHIFT) - 1

const RECEIVE = work('socket-receive')

/** A direction of packets as its sender uses it. */
export class PacketSendingHalf extends SendingHalf {
  readonly #header = new Uint8Array(HEADER_BYTES)

  /** Bytes of the longest packet. */
  get mostBytes(): number {
    return this.bytes - HEADER_BYTES
  }

  /** Bytes of the longest packet that can be sent at once. */
  override space(): number {
    return Math.max(0, super.space() - HEADER_BYTES)
  }

  /** See `SendingHalf.trySend`. Throws PacketTooLong, and a RangeError for none. */
  override trySend(td: Waiter, from: Uint8Array, start: number, length: number): number {
    this.#expect(length)
    const sent = super.trySend(td, from, start, length + HEADER_BYTES)
    return sent > 0 ? length : sent
  }

  /**
   * Sends a packet as a whole: its length, or WOULD_BLOCK, having sent nothing of it, when `wait`
   * is false or the time is over. Throws as `SendingHalf.send`, and as `trySend`.
   */
  override *send(
    td: Waiter,
    from: Uint8Array,
    start: number,
    length: number,
    wait: boolean,
    until?: Until,
  ): Waiting<number> {
    this.#expect(length)
    const sent = yield* super.send(td, from, start, length + HEADER_BYTES, wait, until)
    return sent === 0 ? WOULD_BLOCK : length
  }

  /** A packet is sent as a whole, however long it is. */
  override sendSoon(td: Waiter, from: Uint8Array, start: number, length: number): number {
    return this.trySend(td, from, start, length)
  }

  protected override fitting(length: number): number {
    return this.room >= length ? length : 0
  }

  protected override spaceToWaitFor(length: number): number {
    return length
  }

  protected override copyIn(ring: Ring, from: Uint8Array, start: number, length: number): void {
    const bytes = length - HEADER_BYTES
    const rights = from instanceof PacketWithRights ? from.rights : 0
    const word = bytes | (rights << RIGHTS_SHIFT)
    for (let i = 0; i < HEADER_BYTES; i++) this.#header[i] = word >>> (8 * i)
    ring.copyIn(this.position, this.#header, 0, HEADER_BYTES)
    ring.copyIn((this.position + HEADER_BYTES) | 0, from, start, bytes)
  }

  #expect(length: number): void {
    if (length > this.mostBytes) throw new PacketTooLong(length, this.mostBytes)
    if (length > 0) return
    throw new RangeError(
      'a packet has at least 1 byte, since to receive 0 is the end: one of 0 came',
    )
  }
}

/** A direction of packets as its receiver uses it. */
export class PacketReceivingHalf extends ReceivingHalf {
  readonly #header = new Uint8Array(HEADER_BYTES)

  /** Bytes of the packet that comes next, or 0 when none is there. */
  override available(): number {
    return super.available() === 0 ? 0 : this.#word(this.memory.load(this.mine)) & LENGTH
  }

  override tryReceive(td: Waiter, to: Uint8Array, start: number, length: number): number {
    const taken = super.tryReceive(td, to, start, length + HEADER_BYTES)
    return taken > 0 ? taken - HEADER_BYTES : taken
  }

  /**
   * The packet that comes next, as a whole: its length, or as `ReceivingHalf.receive`. Throws a
   * RangeError when it is longer than `length`, and then it stays.
   */
  override *receive(
    td: Waiter,
    to: Uint8Array,
    start: number,
    length: number,
    wait: boolean,
    until?: Until,
  ): Waiting<number> {
    const taken = yield* super.receive(td, to, start, length + HEADER_BYTES, wait, until)
    return taken > 0 ? taken - HEADER_BYTES : taken
  }

  protected override copyOut(to: Uint8Array, start: number, length: number): number {
    const word = this.#word(this.position)
    const [bytes, rights] = [word & LENGTH, word >>> RIGHTS_SHIFT]
    const isForRights = to instanceof PacketWithRights
    const room = length - HEADER_BYTES - (isForRights ? MOST_RIGHTS * RIGHT_BYTES : 0)
    const own = bytes - rights * RIGHT_BYTES
    if (own > room) {
      throw new RangeError(
        `a packet is received into room for all its ${own} bytes: room for ${room} came`,
      )
    }
    if (isForRights) to.rights = rights
    else if (rights > 0) throw new SocketMisuse(HAS_RIGHTS)
    this.memory.charge(RECEIVE, 1)
    this.ring()!.copyOut((this.position + HEADER_BYTES) | 0, to, start, bytes)
    return bytes + HEADER_BYTES
  }

  #word(position: number): number {
    const header = this.#header
    this.ring()!.copyOut(position, header, 0, HEADER_BYTES)
    return (header[0]! | (header[1]! << 8) | (header[2]! << 16) | (header[3]! << 24)) >>> 0
  }
}

const HAS_RIGHTS =
  'a packet with rights is received by `receiveRights`, since they would be lost: one is there'

/** Datagrams as one of their many senders has them, while it holds the lock of the receiver. */
export class DatagramSendingHalf extends PacketSendingHalf {
  protected override refusalIn(word: number): number {
    return this.life.peerStateIn(word) === END.state.BOUND ? 0 : BROKEN
  }
}

/** Datagrams as the socket of a name receives them: no peer ends them. */
export class DatagramReceivingHalf extends PacketReceivingHalf {
  protected override actionsIn(word: number): number {
    const state = this.life.stateIn(word)
    if (state === END.state.BOUND) return 0
    throw new SocketMisuse(END.sentence(END.states[state]!, 'receive'))
  }
}
