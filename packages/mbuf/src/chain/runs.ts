import { type Address, type Memory, NIL } from '@smpnet/memory'
import { MBUF } from '../layout/header.ts'

const { next: NEXT, data: DATA, length: LENGTH } = MBUF.offset

/**
 * The bytes of a range of a packet, run by run: each lies in one mbuf. An object of this class is
 * used again and again by plain code of one thread, so that nothing is allocated for a walk:
 *
 *     for (let is = runs.begin(packet, offset, bytes); is; is = runs.advance()) … runs.at …
 *
 * The range is inside the packet: the caller has checked.
 */
export class Runs {
  /** The mbuf of the run, the address of the run's first byte, and how many bytes it has. */
  mbuf: Address = NIL
  at: Address = NIL
  bytes = 0
  /** Bytes of the range before this run. */
  done = 0
  #left = 0

  constructor(readonly memory: Memory) {}

  /** Goes to the first run. False when the range has no bytes. */
  begin(packet: Address, offset: number, bytes: number): boolean {
    this.mbuf = packet
    this.done = 0
    this.bytes = 0
    this.#left = bytes
    return this.#seek(offset)
  }

  /** Goes to the next run. False when there was none. */
  advance(): boolean {
    this.done += this.bytes
    this.#left -= this.bytes
    if (this.#left > 0) this.mbuf = this.memory.read(this.mbuf + NEXT)
    return this.#seek(0)
  }

  /** Passes mbufs that end before `offset` of the present one, empty ones too. */
  #seek(offset: number): boolean {
    if (this.#left <= 0) return false
    const { memory } = this
    let { mbuf } = this
    let length = memory.read(mbuf + LENGTH)
    while (offset >= length) {
      offset -= length
      mbuf = memory.read(mbuf + NEXT)
      length = memory.read(mbuf + LENGTH)
    }
    this.mbuf = mbuf
    this.at = memory.read(mbuf + DATA) + offset
    this.bytes = Math.min(length - offset, this.#left)
    return true
  }
}
