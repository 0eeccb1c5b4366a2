import type { Address, Memory } from '@smpnet/memory'
import { isAlone, MBUF } from '../layout/header.ts'
import { Fields } from './fields.ts'
import { Runs } from './runs.ts'

const { next: NEXT, data: DATA, length: LENGTH } = MBUF.offset

/**
 * The bytes of packets: copied in, copied out, added up. What lies in the first mbuf is one call of
 * `Memory`; the rest goes run by run. Each function throws a RangeError for a range that is not in
 * the packet. None waits, takes a lock or allocates.
 */
export class Bytes extends Fields {
  readonly #runs: Runs

  constructor(memory: Memory) {
    super(memory)
    this.#runs = new Runs(memory)
  }

  /** Copies `bytes` bytes of `from`, from `start` on, to `offset` of a packet that is writable. */
  copyIn(packet: Address, offset: number, from: Uint8Array, start: number, bytes: number): void {
    const { memory } = this
    if (offset + bytes <= memory.read(packet + LENGTH)) {
      memory.copyIn(memory.read(packet + DATA) + offset, from, start, bytes)
      return
    }
    const runs = this.#over(packet, offset, bytes)
    for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
      memory.copyIn(runs.at, from, start + runs.done, runs.bytes)
    }
  }

  /** Copies `bytes` bytes at `offset` of the packet into `to`, from `start` on. */
  copyOut(packet: Address, offset: number, to: Uint8Array, start: number, bytes: number): void {
    const { memory } = this
    if (offset + bytes <= memory.read(packet + LENGTH)) {
      memory.copyOut(memory.read(packet + DATA) + offset, to, start, bytes)
      return
    }
    const runs = this.#over(packet, offset, bytes)
    for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
      memory.copyOut(runs.at, to, start + runs.done, runs.bytes)
    }
  }

  /** Copies `bytes` bytes at the address `from` to `offset` of a packet that is writable. */
  moveIn(packet: Address, offset: number, from: Address, bytes: number): void {
    const runs = this.#over(packet, offset, bytes)
    for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
      this.memory.move(runs.at, from + runs.done, runs.bytes)
    }
  }

  /** Copies `bytes` bytes at `offset` of the packet to the address `to`. */
  moveOut(packet: Address, offset: number, to: Address, bytes: number): void {
    const runs = this.#over(packet, offset, bytes)
    for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
      this.memory.move(to + runs.done, runs.at, runs.bytes)
    }
  }

  /**
   * The ones-complement sum of RFC 1071 over a range, from 0 to 0xffff: an Internet checksum is its
   * complement. The range may cross mbufs at odd borders. `initial` is the sum of what comes
   * before, an even number of bytes, such as a pseudo header.
   */
  sum(packet: Address, offset: number, bytes: number, initial = 0): number {
    const { memory } = this
    if (offset + bytes <= memory.read(packet + LENGTH)) {
      return memory.sum(memory.read(packet + DATA) + offset, bytes, initial)
    }
    const runs = this.#over(packet, offset, bytes)
    let sum = carried(initial)
    for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
      // Behind an odd border the words begin with the other byte. A sum may be turned as a whole.
      const isOdd = (runs.done & 1) !== 0
      const added = memory.sum(runs.at, runs.bytes, isOdd ? turned(sum) : sum)
      sum = isOdd ? turned(added) : added
    }
    return sum
  }

  /** Calls `visit` with the address and the length of each run of a range, in order. */
  walk(
    packet: Address,
    offset: number,
    bytes: number,
    visit: (at: Address, bytes: number) => void,
  ): void {
    // A walk may do anything with packets meanwhile, so that it has runs of its own.
    this.#over(packet, offset, bytes)
    const runs = new Runs(this.memory)
    for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) {
      visit(runs.at, runs.bytes)
    }
  }

  /** Whether no other packet sees the bytes of this one. */
  isWritable(packet: Address): boolean {
    const { memory } = this
    for (let mbuf = packet; mbuf !== 0; mbuf = memory.read(mbuf + NEXT)) {
      if (!isAlone(memory, mbuf)) return false
    }
    return true
  }

  #over(packet: Address, offset: number, bytes: number): Runs {
    this.expectRange(packet, offset, bytes)
    return this.#runs
  }

  /** Throws a RangeError unless the packet has these bytes. */
  protected expectRange(packet: Address, offset: number, bytes: number): void {
    const length = this.length(packet)
    if (offset >= 0 && bytes >= 0 && offset + bytes <= length) return
    throw new RangeError(
      `a range lies inside its packet, of ${length} bytes at ${packet}: ` +
        `${bytes} bytes from ${offset} on came`,
    )
  }
}

/** The same 16 bits, the lower byte above. */
function turned(sum: number): number {
  return ((sum & 0xff) << 8) | (sum >>> 8)
}

function carried(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16)
  return (once & 0xffff) + (once >>> 16)
}
