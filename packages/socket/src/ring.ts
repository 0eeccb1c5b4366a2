import type { Address, Memory } from '@smpnet/memory'

/** The bytes of one direction; positions are taken modulo its size, a power of two. */
export class Ring {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly bytes: number,
  ) {}

  /** Copies `length` bytes in at a position, in two pieces where the ring turns over. */
  copyIn(position: number, from: Uint8Array, start: number, length: number): void {
    const at = position & (this.bytes - 1)
    const first = Math.min(length, this.bytes - at)
    this.memory.copyIn(this.at + at, from, start, first)
    if (first < length) this.memory.copyIn(this.at, from, start + first, length - first)
  }

  /** Copies `length` bytes out from a position. */
  copyOut(position: number, to: Uint8Array, start: number, length: number): void {
    const at = position & (this.bytes - 1)
    const first = Math.min(length, this.bytes - at)
    this.memory.copyOut(this.at + at, to, start, first)
    if (first < length) this.memory.copyOut(this.at, to, start + first, length - first)
  }
}
