import {
  type Address,
  type Arena,
  CACHE_LINE_BYTES,
  expectHandle,
  type HandleKind,
  layout,
  type Memory,
  TakeAllStack,
  word,
} from '@smpnet/memory'
import { ValueReader } from '@smpnet/tasks/values'
import type { PacketLinks } from '../protocols/protocol.ts'

/** An item on its way: what comes before its bytes. All (o): of the thread that has the slot. */
export const SLOT = layout('item', {
  next: word('o', 'item'),
  flow: word('o', 'item'),
  /** (a) The seat of the thread that it belongs to. */
  seat: word('a', 'item'),
  /** `HANDLED` or `THREW`. */
  state: word('o', 'item'),
  /** Bytes of the item, or of what its function threw. */
  bytes: word('o', 'item'),
  /** The link on the stack of slots that come back. */
  mail: word('o', 'item'),
})

/** Of a slot that comes back. */
export const HANDLED = 0
export const THREW = 1
/** Of the slot that each seat has besides: the dispatcher has ended, by what is in the slot. */
export const ENDED = 2

/** What all threads that send have together. */
const SHARED = layout('items', {
  /** (x) 1 when the dispatcher has ended: the slots that say so are on their way. */
  hasEnded: word('x', 'shared'),
})

/** What a thread that sends has, beside its slots. */
export const SEAT = layout('seat', {
  /** (x) The stack of slots that come back, which any CPU pushes. */
  done: word('x', 'done'),
  /** (x) 1 while the thread sleeps until one comes back, or is about to. */
  isWaiting: word('x', 'waiting'),
  /** (x) 1 when a thread has the seat. */
  isTaken: word('x', 'waiting'),
})

export interface SlotShape {
  /** Threads that can send. */
  readonly senders: number
  /** Items that each can have on their way. */
  readonly places: number
  /** Bytes that an item takes at most. */
  readonly payloadBytes: number
}

export interface SlotsHandle extends SlotShape {
  readonly at: Address
}

const HANDLE: HandleKind = {
  of: 'the items of a dispatcher',
  fields: { at: 'address', senders: 'count', places: 'count', payloadBytes: 'count' },
}

/**
 * The slots of all senders, and the seats that they belong to: first a line that all share, then
 * seats, and then slots, of which each seat has one more than places, by which it hears of the end.
 */
export class Slots implements PacketLinks {
  readonly #slotBytes: number
  readonly #first: Address

  constructor(
    readonly memory: Memory,
    readonly handle: SlotsHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#slotBytes = slotBytes(handle.payloadBytes)
    this.#first = handle.at + SHARED.size + handle.senders * SEAT.size
  }

  /** Throws OutOfMemory. */
  static place(arena: Arena, shape: SlotShape): SlotsHandle {
    const handle = { ...shape, at: arena.place('items', Slots.bytes(shape)) }
    const slots = new Slots(arena.memory, handle)
    for (let seat = 0; seat < shape.senders; seat++) {
      for (const slot of slots.of(seat)) arena.memory.write(slot + SLOT.offset.seat, seat)
    }
    return handle
  }

  static bytes({ senders, places, payloadBytes }: SlotShape): number {
    return SHARED.size + senders * (SEAT.size + (places + 1) * slotBytes(payloadBytes))
  }

  /** The number of a slot among those of its seat. */
  numberOf(slot: Address, seat: number): number {
    return (slot - this.#first) / this.#slotBytes - seat * (this.handle.places + 1)
  }

  /** The slots of a seat. */
  of(seat: number): Address[] {
    const { places } = this.handle
    return Array.from({ length: places }, (_, i) => {
      return this.#first + (seat * (places + 1) + i) * this.#slotBytes
    })
  }

  /** Whether the dispatcher has ended. */
  get hasEnded(): boolean {
    return this.memory.load(this.handle.at + SHARED.offset.hasEnded) === 1
  }

  /** What it ended by. */
  endedBy(): unknown {
    const bytes = new Uint8Array(this.handle.payloadBytes)
    this.read(this.ended(0), bytes)
    return new ValueReader(bytes).decode()
  }

  /** The slot by which a seat hears of the end. */
  ended(seat: number): Address {
    const { places } = this.handle
    return this.#first + (seat * (places + 1) + places) * this.#slotBytes
  }

  /** The dispatcher ends, by what `bytes` say; once. Each seat is to be given its slot after it. */
  end(bytes: Uint8Array, length: number): void {
    for (let seat = 0; seat < this.handle.senders; seat++) {
      this.fill(this.ended(seat), bytes, length)
      this.memory.write(this.ended(seat) + SLOT.offset.state, ENDED)
    }
    this.memory.store(this.handle.at + SHARED.offset.hasEnded, 1)
  }

  /** Takes a seat that is free: its number, or -1. */
  takeSeat(): number {
    for (let seat = 0; seat < this.handle.senders; seat++) {
      const isTaken = this.seat(seat) + SEAT.offset.isTaken
      if (this.memory.compareExchange(isTaken, 0, 1) === 0) return seat
    }
    return -1
  }

  /** Gives a seat back, all of whose slots are. */
  leaveSeat(seat: number): void {
    this.memory.store(this.seat(seat) + SEAT.offset.isTaken, 0)
  }

  seat(seat: number): Address {
    return this.handle.at + SHARED.size + seat * SEAT.size
  }

  /** The stack of slots that come back to a seat. */
  stack(seat: number): TakeAllStack {
    return new TakeAllStack(this.memory, this.seat(seat) + SEAT.offset.done, SLOT.offset.mail)
  }

  /** Puts bytes into a slot. */
  fill(slot: Address, bytes: Uint8Array, length: number): void {
    this.memory.write(slot + SLOT.offset.bytes, length)
    this.memory.copyIn(slot + SLOT.size, bytes, 0, length)
  }

  /** Copies the bytes of a slot out. */
  read(slot: Address, to: Uint8Array): void {
    this.memory.copyOut(slot + SLOT.size, to, 0, this.memory.read(slot + SLOT.offset.bytes))
  }

  nextPacket(slot: Address): Address {
    return this.memory.read(slot + SLOT.offset.next)
  }

  setNextPacket(slot: Address, next: Address): void {
    this.memory.write(slot + SLOT.offset.next, next)
  }

  flow(slot: Address): number {
    return this.memory.read(slot + SLOT.offset.flow)
  }
}

function slotBytes(payloadBytes: number): number {
  return SLOT.size + Math.ceil(payloadBytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}
