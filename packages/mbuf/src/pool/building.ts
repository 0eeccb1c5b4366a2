import { type Address, type Memory, NIL } from '@smpnet/memory'
import { BUFFER_BYTES, HEADROOM_BYTES, MBUF, OWNER_SHIFT, PACKET } from '../layout/header.ts'
import type { Stock } from './stock.ts'

const { next: NEXT, packetLength: PACKET_LENGTH } = MBUF.offset

/**
 * A chain that is being allocated: what its next buffer has to be, and what there is of it so far.
 * So one rule serves plain code, threads and interrupts, which differ in how they get a buffer:
 *
 *     for (; building.isOpen; building.add(mbuf)) mbuf = … building.kind … or give back `head`
 */
export interface Building {
  readonly isOpen: boolean
  /** Buffers so far. */
  readonly count: number
  readonly head: Address
  /** Of the next buffer. */
  readonly kind: number
  readonly headroom: number
  readonly length: number
  add(mbuf: Address): void
}

/**
 * A packet of `bytes` bytes in as few buffers as can be: of the largest size as long as one is too
 * small for the rest, and then of the smallest that has room for it.
 */
export class PacketBuilding implements Building {
  count = 0
  head: Address = NIL
  kind = 0
  headroom = HEADROOM_BYTES
  length = 0
  #last: Address = NIL
  #left: number

  constructor(
    readonly stock: Stock,
    readonly bytes: number,
    owner: number,
  ) {
    this.#left = bytes
    this.#plan(PACKET | (owner << OWNER_SHIFT))
  }

  get isOpen(): boolean {
    return this.#left > 0 || this.head === NIL
  }

  add(mbuf: Address): void {
    this.count++
    const { memory } = this.stock
    if (this.head === NIL) this.head = mbuf
    else memory.write(this.#last + NEXT, mbuf)
    memory.write(this.head + PACKET_LENGTH, this.bytes)
    this.#last = mbuf
    this.#left -= this.length
    this.headroom = 0
    this.#plan(0)
  }

  #plan(bits: number): void {
    const size = this.stock.classFor(this.#left + this.headroom)
    this.kind = bits | size
    this.length = Math.min(this.#left, BUFFER_BYTES[size]! - this.headroom)
  }
}

/** So many mbufs without clusters, the first of them an empty packet, the others to be filled. */
export class BareBuilding implements Building {
  count = 0
  head: Address = NIL
  kind: number
  headroom = HEADROOM_BYTES
  readonly length = 0
  #last: Address = NIL
  #left: number

  constructor(
    readonly memory: Memory,
    count: number,
    owner: number,
  ) {
    this.#left = count
    this.kind = PACKET | (owner << OWNER_SHIFT)
  }

  get isOpen(): boolean {
    return this.#left > 0
  }

  add(mbuf: Address): void {
    this.count++
    if (this.head === NIL) this.head = mbuf
    else this.memory.write(this.#last + NEXT, mbuf)
    this.#last = mbuf
    this.#left--
    this.kind = 0
    this.headroom = 0
  }
}

/** How many buffers of each class a packet of `bytes` bytes has: mbufs, and clusters by size. */
export function buffersFor(stock: Stock, bytes: number): number[] {
  const counts = BUFFER_BYTES.map(() => 0)
  let left = bytes + HEADROOM_BYTES
  do {
    const size = stock.classFor(left)
    if (size > 0) counts[size]!++
    counts[0]!++
    left -= BUFFER_BYTES[size]!
  } while (left > 0)
  return counts
}
