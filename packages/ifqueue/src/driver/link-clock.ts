import { expectNumber } from '../terms/expect.ts'

/** Of Ethernet, IEEE 802.3: preamble and start, check sequence, gap; and the shortest frame. */
const PREAMBLE_BYTES = 8
const CHECK_BYTES = 4
const GAP_BYTES = 12
const LEAST_FRAME_BYTES = 64

const MOST_BITS_PER_SECOND = 1e13

/** A link that sends one frame after the other, as fast as its bits go out. */
export class LinkClock {
  /** When the last bit of what was sent will be out. */
  freeNs = 0
  readonly #nsPerByte: number

  constructor(readonly bitsPerSecond: number) {
    expectNumber('bitsPerSecond', bitsPerSecond, 1, MOST_BITS_PER_SECOND)
    this.#nsPerByte = 8e9 / bitsPerSecond
  }

  /** Ns that a packet of so many bytes takes on the wire, all of it. */
  nsOf(bytes: number): number {
    const frame = Math.max(LEAST_FRAME_BYTES, bytes + CHECK_BYTES)
    return (PREAMBLE_BYTES + frame + GAP_BYTES) * this.#nsPerByte
  }

  /** Sends a packet that is ready at `nowNs`; when it will be out. */
  send(bytes: number, nowNs: number): number {
    this.freeNs = Math.max(this.freeNs, nowNs) + this.nsOf(bytes)
    return this.freeNs
  }
}
