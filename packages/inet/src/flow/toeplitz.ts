/** Bytes of an RSS key: of the longest input, two IPv6 addresses and two ports, and 4 more. */
export const RSS_KEY_BYTES = 40
/** Of two IPv4 addresses and two ports. */
const INPUT_BYTES = 12
const BYTE_VALUES = 256

/**
 * The hash of receive side scaling, by which network cards choose a queue and netisr a CPU: for
 * each bit of the input that is set, the 32 bits of the key that begin there are added without
 * carry. What each value of each byte adds is looked up. Constant after it was made, so that every
 * thread makes its own of the same key.
 */
export class Toeplitz {
  readonly #adds = new Int32Array(INPUT_BYTES * BYTE_VALUES)

  /** Throws a RangeError unless the key has RSS_KEY_BYTES bytes. */
  constructor(key: Uint8Array) {
    if (key.length !== RSS_KEY_BYTES) {
      throw new RangeError(`an RSS key has ${RSS_KEY_BYTES} bytes: ${key.length} came`)
    }
    for (let i = 0; i < this.#adds.length; i++) {
      this.#adds[i] = addedBy(key, i >> 8, i & (BYTE_VALUES - 1))
    }
  }

  /** The hash over both addresses: of packets without ports, and of fragments. Signed. */
  addresses(source: number, destination: number): number {
    return this.#word(0, source) ^ this.#word(4, destination)
  }

  /** The hash over both addresses and ports. Signed. */
  tuple(source: number, destination: number, sourcePort: number, destinationPort: number): number {
    return (
      this.addresses(source, destination) ^ this.#word(8, (sourcePort << 16) | destinationPort)
    )
  }

  /** What a word of the input adds that begins at this byte of it. */
  #word(byte: number, value: number): number {
    const adds = this.#adds
    const from = byte << 8
    return (
      adds[from + (value >>> 24)]! ^
      adds[from + 256 + ((value >>> 16) & 255)]! ^
      adds[from + 512 + ((value >>> 8) & 255)]! ^
      adds[from + 768 + (value & 255)]!
    )
  }
}

/** What this value of this byte of the input adds. */
function addedBy(key: Uint8Array, byte: number, value: number): number {
  let sum = 0
  for (let bit = 0; bit < 8; bit++) {
    if (value & (0x80 >> bit)) sum ^= keyBitsAt(key, byte * 8 + bit)
  }
  return sum
}

/** The 32 bits of the key that begin with its bit `first`. */
function keyBitsAt(key: Uint8Array, first: number): number {
  let bits = 0
  for (let i = first; i < first + 32; i++) {
    bits = (bits << 1) | ((key[i >> 3]! >> (7 - (i & 7))) & 1)
  }
  return bits
}
