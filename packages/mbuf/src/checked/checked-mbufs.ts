import {
  type Address,
  type Arena,
  type Interrupt,
  type Memory,
  NIL,
  type Place,
  type Waiting,
} from '@smpnet/memory'
import { checkHandle, Mbufs } from '../mbufs.ts'
import { type MbufHandle, type MbufShape, placePool } from '../pool/pool-shape.ts'
import { CheckedStock } from './checked-stock.ts'
import { expectApart, expectChain, expectMbuf, expectPacket, MbufFault } from './faults.ts'

/**
 * The same buffers, for the hunt for a mistake: each call looks at the whole packet first, at what
 * it is told, and at the packet again when it has changed it. What is wrong is an `MbufFault`, a
 * sentence. It costs some microseconds a call, and belongs into tests. Other threads may use the
 * same memory without checks.
 */
export class CheckedMbufs extends Mbufs {
  constructor(memory: Memory, handle: MbufHandle) {
    super(memory, handle, new CheckedStock(memory, handle))
  }

  static override create(arena: Arena, shape: MbufShape): CheckedMbufs {
    return new CheckedMbufs(arena.memory, placePool(arena, shape))
  }

  static override open(memory: Memory, handle: MbufHandle): CheckedMbufs {
    return new CheckedMbufs(memory, checkHandle(memory, handle))
  }

  override check(packet: Address): void {
    expectPacket(this.memory, this.handle, packet)
  }

  override length(packet: Address): number {
    this.check(packet)
    return super.length(packet)
  }
  override next(mbuf: Address): Address {
    this.#expectMbuf(mbuf)
    return super.next(mbuf)
  }
  override data(mbuf: Address): Address {
    this.#expectMbuf(mbuf)
    return super.data(mbuf)
  }
  override bytes(mbuf: Address): number {
    this.#expectMbuf(mbuf)
    return super.bytes(mbuf)
  }
  override nextPacket(packet: Address): Address {
    this.check(packet)
    return super.nextPacket(packet)
  }
  override setNextPacket(packet: Address, next: Address): void {
    this.check(packet)
    if (next !== NIL) this.check(next)
    if (next === packet) throw new MbufFault(`a packet is not behind itself: ${packet} came`)
    super.setNextPacket(packet, next)
  }
  override setFlow(packet: Address, flow: number): void {
    this.check(packet)
    super.setFlow(packet, flow)
  }
  override setFlags(packet: Address, flags: number): void {
    this.check(packet)
    super.setFlags(packet, flags)
  }
  override setReceiveInterface(packet: Address, number: number): void {
    this.check(packet)
    super.setReceiveInterface(packet, number)
  }
  override setSegmentBytes(packet: Address, bytes: number): void {
    this.check(packet)
    this.#expectCount('bytes of a segment', bytes)
    super.setSegmentBytes(packet, bytes)
  }
  override setOwner(packet: Address, owner: number): void {
    this.check(packet)
    if (this.handle.owners[owner] === undefined) {
      const most = this.handle.owners.length - 1
      throw new MbufFault(`an owner has a number from 0 to ${most}: ${owner} came`)
    }
    super.setOwner(packet, owner)
  }
  override setTag(packet: Address, kind: number, value: number): boolean {
    this.check(packet)
    if (!(Number.isInteger(kind) && kind >= 1 && kind <= 255)) {
      throw new MbufFault(`a tag is of a kind from 1 to 255: ${kind} came`)
    }
    return super.setTag(packet, kind, value)
  }

  override copyIn(
    packet: Address,
    offset: number,
    from: Uint8Array,
    start: number,
    bytes: number,
  ): void {
    this.#expectWritable(packet, offset, bytes)
    super.copyIn(packet, offset, from, start, bytes)
  }
  override copyOut(
    packet: Address,
    offset: number,
    to: Uint8Array,
    start: number,
    bytes: number,
  ): void {
    this.expectRange(packet, offset, bytes)
    super.copyOut(packet, offset, to, start, bytes)
  }
  override moveIn(packet: Address, offset: number, from: Address, bytes: number): void {
    this.#expectWritable(packet, offset, bytes)
    super.moveIn(packet, offset, from, bytes)
  }
  override moveOut(packet: Address, offset: number, to: Address, bytes: number): void {
    this.expectRange(packet, offset, bytes)
    super.moveOut(packet, offset, to, bytes)
  }
  override sum(packet: Address, offset: number, bytes: number, initial = 0): number {
    this.expectRange(packet, offset, bytes)
    return super.sum(packet, offset, bytes, initial)
  }
  override isWritable(packet: Address): boolean {
    this.check(packet)
    return super.isWritable(packet)
  }

  override head(packet: Address, bytes: number): Address {
    this.check(packet)
    this.#expectCount('bytes of a head', bytes)
    return this.#checked(packet, super.head(packet, bytes))
  }
  override prepend(packet: Address, bytes: number): Address {
    this.check(packet)
    this.#expectCount('bytes to prepend', bytes)
    return this.#checked(packet, super.prepend(packet, bytes))
  }
  override trimFront(packet: Address, bytes: number): void {
    this.expectRange(packet, 0, bytes)
    super.trimFront(packet, bytes)
    this.check(packet)
  }
  override trimBack(packet: Address, bytes: number): void {
    this.expectRange(packet, 0, bytes)
    super.trimBack(packet, bytes)
    this.check(packet)
  }
  override concatenate(packet: Address, other: Address): void {
    this.check(packet)
    this.check(other)
    expectApart(this.memory, packet, other)
    super.concatenate(packet, other)
    this.check(packet)
  }

  override tryAlloc(place: Place, bytes: number, owner = 0): Address {
    this.#expectCount('bytes of a packet', bytes)
    return super.tryAlloc(place, bytes, owner)
  }
  override tryFree(place: Place, packet: Address): Address {
    expectChain(this.memory, this.handle, packet)
    return super.tryFree(place, packet)
  }
  override *free(place: Place, packet: Address): Waiting {
    expectChain(this.memory, this.handle, packet)
    yield* super.free(place, packet)
  }
  override freeNow(irq: Interrupt, packet: Address): void {
    expectChain(this.memory, this.handle, packet)
    super.freeNow(irq, packet)
  }
  override tryShare(place: Place, packet: Address, offset: number, bytes: number): Address {
    this.expectRange(packet, offset, bytes)
    return this.#ofBoth(packet, super.tryShare(place, packet, offset, bytes))
  }
  override *share(place: Place, packet: Address, offset: number, bytes: number): Waiting<Address> {
    this.expectRange(packet, offset, bytes)
    return this.#ofBoth(packet, yield* super.share(place, packet, offset, bytes))
  }
  override trySplit(place: Place, packet: Address, offset: number): Address {
    this.expectRange(packet, 0, offset)
    return this.#ofBoth(packet, super.trySplit(place, packet, offset))
  }
  override *split(place: Place, packet: Address, offset: number): Waiting<Address> {
    this.expectRange(packet, 0, offset)
    return this.#ofBoth(packet, yield* super.split(place, packet, offset))
  }

  /** Sharing, copying and splitting ask for this, too, in every context. */
  protected override expectRange(packet: Address, offset: number, bytes: number): void {
    this.check(packet)
    this.#expectCount('bytes before a range', offset)
    this.#expectCount('bytes of a range', bytes)
    const length = super.length(packet)
    if (offset + bytes <= length) return
    throw new MbufFault(
      `a range lies inside its packet, of ${length} bytes at ${packet}: ` +
        `${bytes} bytes from ${offset} on came`,
    )
  }

  #expectMbuf(mbuf: Address): void {
    expectMbuf(this.memory, this.handle, mbuf)
  }

  #expectCount(what: string, count: number): void {
    if (Number.isInteger(count) && count >= 0) return
    throw new MbufFault(`there is a whole number of ${what}, at least 0: ${count} came`)
  }

  #expectWritable(packet: Address, offset: number, bytes: number): void {
    this.expectRange(packet, offset, bytes)
    if (super.isWritable(packet)) return
    throw new MbufFault(`the packet at ${packet} is written while another packet sees its bytes`)
  }

  #checked(packet: Address, result: Address): Address {
    this.check(packet)
    return result
  }

  #ofBoth(packet: Address, other: Address): Address {
    this.check(packet)
    if (other === NIL) return NIL
    this.check(other)
    expectApart(this.memory, packet, other)
    return other
  }
}
