import { came } from '@smpnet/memory'

/**
 * Bytes that come in chunks of any size and are taken in pieces of any other. What is taken makes
 * room: it holds no more than a chunk and what one piece is long.
 */
export class ByteQueue {
  #bytes = new Uint8Array(1 << 12)
  #view = new DataView(this.#bytes.buffer)
  #start = 0
  #end = 0
  /** Bytes that were taken since the beginning. */
  taken = 0

  /** Bytes that are there. */
  get length(): number {
    return this.#end - this.#start
  }

  /** Throws a TypeError for what is no array of bytes. */
  push(chunk: Uint8Array): void {
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(`a file comes in chunks that are Uint8Arrays: ${came(chunk)} came`)
    }
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length)
    this.#bytes.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /** 32 bits at an offset from the next byte, which the caller has seen to be there. */
  u32(offset: number, isLittle: boolean): number {
    return this.#view.getUint32(this.#start + offset, isLittle)
  }

  u16(offset: number, isLittle: boolean): number {
    return this.#view.getUint16(this.#start + offset, isLittle)
  }

  u8(offset: number): number {
    return this.#bytes[this.#start + offset]!
  }

  /** A copy of bytes from an offset on. */
  copy(offset: number, length: number): Uint8Array {
    return this.#bytes.slice(this.#start + offset, this.#start + offset + length)
  }

  /** Takes bytes away. */
  take(length: number): void {
    this.#start += length
    this.taken += length
  }

  #makeRoom(more: number): void {
    const { length } = this
    const needed = length + more
    const from = this.#bytes
    if (needed > from.length) {
      this.#bytes = new Uint8Array(Math.max(needed, 2 * from.length))
      this.#view = new DataView(this.#bytes.buffer)
    }
    this.#bytes.set(from.subarray(this.#start, this.#end))
    this.#start = 0
    this.#end = length
  }
}
