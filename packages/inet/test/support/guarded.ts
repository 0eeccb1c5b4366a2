import { type Address, LiveMemory, type Memory, NIL, type Work } from '@smpnet/memory'
import { PACKET_FLAG, type Packets } from '../../src/index.ts'

/** Where the one packet is, and how much room is before it. */
export const ROOM = 64
export const PACKET = 4096
const SIZE = 1 << 18

/**
 * One packet, which refuses to be treated badly: bytes may be read and written only where `head`
 * or `prepend` has just said that they are, sums are over bytes of the packet, and trims take away
 * what is there. A planted misuse throws, as does a real one.
 */
export class GuardedPackets implements Packets {
  readonly memory: GuardedMemory
  /** Bytes that the first buffer holds: `head` cannot give more. */
  firstBuffer = Number.POSITIVE_INFINITY
  #first = 0
  #length = 0
  #flags = 0
  #room = 0

  constructor() {
    this.memory = new GuardedMemory()
  }

  /** Makes these bytes the packet. */
  fill(bytes: Uint8Array, flags = 0, room = ROOM): void {
    this.#first = PACKET
    this.#room = PACKET - room
    this.#length = bytes.length
    this.#flags = flags
    this.memory.forbid()
    this.memory.under.copyIn(PACKET, bytes, 0, bytes.length)
  }

  /** The bytes that the packet has. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length)
    this.memory.under.copyOut(this.#first, bytes, 0, this.#length)
    return bytes
  }

  length(packet: Address): number {
    this.#check(packet)
    return this.#length
  }

  head(packet: Address, bytes: number): Address {
    this.#check(packet)
    if (bytes > this.#length || bytes > this.firstBuffer) return NIL
    this.memory.allow(this.#first, bytes)
    return this.#first
  }

  prepend(packet: Address, bytes: number): Address {
    this.#check(packet)
    if (this.#first - bytes < this.#room) return NIL
    this.#first -= bytes
    this.#length += bytes
    this.memory.allow(this.#first, bytes)
    return this.#first
  }

  trimFront(packet: Address, bytes: number): void {
    this.#check(packet)
    this.#expect(bytes > 0 && bytes <= this.#length, `trims ${bytes} of ${this.#length} in front`)
    this.#first += bytes
    this.#length -= bytes
  }

  trimBack(packet: Address, bytes: number): void {
    this.#check(packet)
    this.#expect(bytes >= 0 && bytes <= this.#length, `trims ${bytes} of ${this.#length} behind`)
    this.#length -= bytes
  }

  sum(packet: Address, offset: number, bytes: number): number {
    this.#check(packet)
    const isInside = offset >= 0 && bytes >= 0 && offset + bytes <= this.#length
    this.#expect(isInside, `sums ${bytes} bytes from ${offset} on, of ${this.#length}`)
    return this.memory.under.sum(this.#first + offset, bytes)
  }

  flags(packet: Address): number {
    this.#check(packet)
    return this.#flags
  }

  setFlags(packet: Address, flags: number): void {
    this.#check(packet)
    const known = Object.values(PACKET_FLAG).reduce((all, bit) => all | bit, 0)
    this.#expect((flags & ~known) === 0, `sets the flags ${flags}`)
    this.#flags = flags
  }

  #check(packet: Address): void {
    this.#expect(packet === PACKET, `asks for the packet ${packet}`)
  }

  #expect(isRight: boolean, misuse: string): void {
    if (!isRight) throw new Error(`misuse: ${misuse}`)
  }
}

/** A memory of which only a window may be touched. */
export class GuardedMemory implements Memory {
  readonly under = LiveMemory.create(SIZE)
  readonly size = SIZE
  readonly isSimulated = false
  readonly holder = -1
  #from = 0
  #to = 0

  allow(from: Address, bytes: number): void {
    this.#from = from
    this.#to = from + bytes
  }

  forbid(): void {
    this.allow(0, 0)
  }

  read8(at: Address): number {
    return this.under.read8(this.#checked(at, 1))
  }
  write8(at: Address, value: number): void {
    this.under.write8(this.#checked(at, 1), value)
  }
  read16be(at: Address): number {
    return this.under.read16be(this.#checked(at, 2))
  }
  write16be(at: Address, value: number): void {
    this.under.write16be(this.#checked(at, 2), value)
  }
  read32be(at: Address): number {
    return this.under.read32be(this.#checked(at, 4))
  }
  write32be(at: Address, value: number): void {
    this.under.write32be(this.#checked(at, 4), value)
  }
  sum(at: Address, length: number, initial = 0): number {
    return this.under.sum(this.#checked(at, length), length, initial)
  }
  copyIn(to: Address, from: Uint8Array, start: number, length: number): void {
    this.under.copyIn(this.#checked(to, length), from, start, length)
  }
  copyOut(from: Address, to: Uint8Array, start: number, length: number): void {
    this.under.copyOut(this.#checked(from, length), to, start, length)
  }
  fill(at: Address, byte: number, length: number): void {
    this.under.fill(this.#checked(at, length), byte, length)
  }
  move(to: Address, from: Address, length: number): void {
    this.under.move(this.#checked(to, length), this.#checked(from, length), length)
  }

  // Words are not a packet's: a token bucket's, or those of control blocks.
  load(at: Address): number {
    return this.under.load(at)
  }
  store(at: Address, value: number): void {
    this.under.store(at, value)
  }
  exchange(at: Address, value: number): number {
    return this.under.exchange(at, value)
  }
  compareExchange(at: Address, expected: number, value: number): number {
    return this.under.compareExchange(at, expected, value)
  }
  add(at: Address, delta: number): number {
    return this.under.add(at, delta)
  }
  or(at: Address, bits: number): number {
    return this.under.or(at, bits)
  }
  and(at: Address, bits: number): number {
    return this.under.and(at, bits)
  }
  read(at: Address): number {
    return this.under.read(at)
  }
  write(at: Address, value: number): void {
    this.under.write(at, value)
  }
  settled(): boolean {
    return true
  }
  claimed(): boolean {
    return true
  }
  owned(): boolean {
    return true
  }
  charge(_work: Work, _times: number): void {}
  spinsFor(): void {}

  pause(attempt: number): void {
    this.under.pause(attempt)
  }

  #checked(at: Address, bytes: number): Address {
    if (at >= this.#from && at + bytes <= this.#to) return at
    const window = `bytes ${this.#from} to ${this.#to} were asked for`
    throw new Error(`misuse: touches ${bytes} bytes at ${at}: ${window}`)
  }
}
