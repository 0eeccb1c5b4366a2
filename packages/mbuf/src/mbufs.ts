import {
  type Address,
  type Arena,
  BadHandle,
  expectHandle,
  type HandleKind,
  type Interrupt,
  type Memory,
  NIL,
  type Place,
  type Waiting,
} from '@smpnet/memory'
import { Runs } from './chain/runs.ts'
import { fillShare, mbufsToShare } from './chain/sharing.ts'
import { cutsThrough, splitAt } from './chain/splitting.ts'
import { CLASSES, copyPacketFields } from './layout/header.ts'
import { Packets } from './packets.ts'
import { countOwners, type OwnerCount, ownerNumber } from './pool/accounts.ts'
import { BareBuilding } from './pool/building.ts'
import { type MbufHandle, type MbufShape, placePool, poolBytes } from './pool/pool-shape.ts'

/**
 * Packet buffers in shared memory, as one thread sees them; each thread opens them by their handle.
 * Here is what makes a packet out of another, in each of the contexts that `Packets` tells of.
 */
export class Mbufs extends Packets {
  /** Places the buffers. Throws RangeError for a bad shape, OutOfMemory if they are too large. */
  static create(arena: Arena, shape: MbufShape): Mbufs {
    return new Mbufs(arena.memory, placePool(arena, shape))
  }

  /** Bytes of an arena that buffers of a shape take, at most. Throws a RangeError for a bad one. */
  static bytes(shape: MbufShape): number {
    return poolBytes(shape)
  }

  /** Opens, in any thread, the buffers that a handle names. Throws BadHandle for anything else. */
  static open(memory: Memory, handle: MbufHandle): Mbufs {
    return new Mbufs(memory, checkHandle(memory, handle))
  }

  /**
   * Another packet with the same bytes of a range, which are not copied where they lie in clusters:
   * nobody may write there until one of the two is freed. What is in mbufs is copied. The new
   * packet has the fields of the first, and a buffer of its own in front for headers.
   */
  tryShare(place: Place, packet: Address, offset: number, bytes: number): Address {
    const parts = this.#partsToShare(packet, offset, bytes)
    return fillShare(this.stock, this.tryBuild(place, parts), packet, offset, bytes)
  }
  *share(place: Place, packet: Address, offset: number, bytes: number): Waiting<Address> {
    const parts = this.#partsToShare(packet, offset, bytes)
    return fillShare(this.stock, yield* this.build(place, parts), packet, offset, bytes)
  }
  shareNow(irq: Interrupt, packet: Address, offset: number, bytes: number): Address {
    const parts = this.#partsToShare(packet, offset, bytes)
    return fillShare(this.stock, this.buildNow(irq, parts), packet, offset, bytes)
  }

  /** Another packet with a copy of a range, which it alone has, and with the same fields. */
  tryCopy(place: Place, packet: Address, offset: number, bytes: number): Address {
    this.expectRange(packet, offset, bytes)
    const copy = this.tryAlloc(place, bytes, this.owner(packet))
    return this.#copied(copy, packet, offset, bytes)
  }
  *copy(place: Place, packet: Address, offset: number, bytes: number): Waiting<Address> {
    this.expectRange(packet, offset, bytes)
    const copy = yield* this.alloc(place, bytes, this.owner(packet))
    return this.#copied(copy, packet, offset, bytes)
  }
  copyNow(irq: Interrupt, packet: Address, offset: number, bytes: number): Address {
    this.expectRange(packet, offset, bytes)
    const copy = this.allocNow(irq, bytes, this.owner(packet))
    return this.#copied(copy, packet, offset, bytes)
  }

  /**
   * Cuts the packet at `offset`: what is behind becomes a packet of its own, with the same fields,
   * and is returned. Both see one cluster when the cut goes through it. NIL, and nothing has
   * changed, when the mbuf that a cut through a buffer takes is not to be had.
   */
  trySplit(place: Place, packet: Address, offset: number): Address {
    const bare = this.#partsToSplit(packet, offset)
    const spare = bare.isOpen ? this.tryBuild(place, bare) : NIL
    return bare.isOpen ? NIL : splitAt(this.stock, packet, offset, spare)
  }
  *split(place: Place, packet: Address, offset: number): Waiting<Address> {
    const bare = this.#partsToSplit(packet, offset)
    const spare = bare.isOpen ? yield* this.build(place, bare) : NIL
    return bare.isOpen ? NIL : splitAt(this.stock, packet, offset, spare)
  }
  splitNow(irq: Interrupt, packet: Address, offset: number): Address {
    const bare = this.#partsToSplit(packet, offset)
    const spare = bare.isOpen ? this.buildNow(irq, bare) : NIL
    return bare.isOpen ? NIL : splitAt(this.stock, packet, offset, spare)
  }

  /** Throws a fault when something is wrong with the packet; `CheckedMbufs` does, nothing here. */
  check(_packet: Address): void {}

  /** The number of an owner of that name. Throws a RangeError that says which there are. */
  ownerNumber(name: string): number {
    return ownerNumber(this.handle, name)
  }

  /** Packets and bytes in use by owner: exact when no CPU uses packets meanwhile. */
  owners(): OwnerCount[] {
    return countOwners(this.memory, this.handle)
  }

  #partsToShare(packet: Address, offset: number, bytes: number): BareBuilding {
    this.expectRange(packet, offset, bytes)
    const count = mbufsToShare(this.memory, packet, offset, bytes)
    return new BareBuilding(this.memory, count, this.owner(packet))
  }

  #partsToSplit(packet: Address, offset: number): BareBuilding {
    this.expectRange(packet, offset, 0)
    const count = cutsThrough(this.memory, packet, offset) ? 1 : 0
    return new BareBuilding(this.memory, count, this.owner(packet))
  }

  #copied(copy: Address, packet: Address, offset: number, bytes: number): Address {
    if (copy === NIL) return NIL
    const runs = new Runs(this.memory)
    for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
      this.moveIn(copy, runs.done, runs.at, runs.bytes)
    }
    copyPacketFields(this.memory, copy, packet)
    return copy
  }
}

const HANDLE: HandleKind = {
  of: 'mbufs',
  fields: {
    at: 'address',
    name: 'text',
    cpus: 'count',
    zones: 'list',
    ranges: 'list',
    owners: 'list',
  },
}

/** Throws BadHandle unless it is a handle of mbufs of that memory. */
export function checkHandle(memory: Memory, handle: MbufHandle): MbufHandle {
  expectHandle(HANDLE, handle, memory)
  const { zones, ranges } = handle
  if (zones.length === CLASSES && ranges.length === CLASSES && zones[0] !== null) return handle
  throw new BadHandle(
    `the handle of mbufs was expected, of ${CLASSES} sizes: one of ${zones.length} came`,
  )
}
