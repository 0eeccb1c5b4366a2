/**
 * What a stream of datagrams says in its first bytes, which is all that it needs where any of them
 * may be lost: which stream a datagram is of, and whether it asks how many came before it.
 *
 * | bytes  | data, and end      | answer             |
 * | ------ | ------------------ | ------------------ |
 * | 0 to 3 | the stream's name  | the stream's name  |
 * | 4 to 7 | 0 for data, or 1   | how many came      |
 *
 * A stream's name is when it began, so that a later one has a larger name (modulo 2^32), and none
 * has to be remembered from slice to slice.
 */
export const LEAST_BYTES = 8

/** What bytes 4 to 7 say of a datagram. */
export const DATA = 0
export const END = 1

/** A lost share is recorded in so many parts of the whole. */
export const LOST_PARTS = 1e6

/** Streams of one pair begin farther apart than this, and less than two days. */
const NAME_NS = 1e5

/** The name of a stream that begins now. */
export function streamName(nowNs: number): number {
  return Math.floor(nowNs / NAME_NS) >>> 0
}

/** A datagram of `size` bytes, of a stream. */
export function streamDatagram(stream: number, second: number, size = LEAST_BYTES): Uint8Array {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, stream)
  view.setUint32(4, second)
  return bytes
}

/** One of the words that a datagram begins with. */
export function wordAt(bytes: Uint8Array, at: 0 | 4): number {
  const [one, two, three, four] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
  return ((one! << 24) | (two! << 16) | (three! << 8) | four!) >>> 0
}

/** Counts what arrives at a receiver, stream by stream. */
export class StreamCount {
  #stream = 0
  #received = 0

  /** The stream that is counted, and how many of it have come. */
  get stream(): number {
    return this.#stream
  }

  get received(): number {
    return this.#received
  }

  /** Takes a datagram; returns the answer when it asks for one. Those that are late are lost. */
  take(bytes: Uint8Array): Uint8Array | undefined {
    const stream = wordAt(bytes, 0)
    const since = (stream - this.#stream) | 0
    if (since < 0) return undefined
    if (since > 0) {
      this.#stream = stream
      this.#received = 0
    }
    if (wordAt(bytes, 4) === END) return streamDatagram(stream, this.#received)
    this.#received++
    return undefined
  }
}

/** The share of a stream that was lost, as it is recorded. */
export function lostParts(sent: number, received: number): number {
  return Math.round(((sent - received) / sent) * LOST_PARTS)
}
