import { type Address, came, type Memory } from '@smpnet/memory'
import { RSS_KEY_BYTES } from './rss-keys.ts'

/** Two IPv6 addresses and two ports: the longest input. */
const INPUT_BYTES = 36
const BYTE_VALUES = 256

/** What of a Memory is read. */
type Words = Pick<Memory, 'read8' | 'read32be'>

/**
 * The hash of receive side scaling, by which network cards choose a queue and netisr a CPU: for
 * each bit of the input that is set, the 32 bits of the key that begin there are added without
 * carry. What each value of each byte adds is looked up, in 36 KB that are constant after they were
 * made, so that every thread makes its own of the same key.
 *
 * The input is the source's address, the destination's, and both ports if there are such, as they
 * stand in a packet. What adds without carry can be added in any order: `first` says with which
 * byte of the input a part begins, and parts are put together by `^`. All hashes are signed, as
 * every word is. Plain functions: they take no lock.
 */
export class Toeplitz {
  readonly #adds = new Int32Array(INPUT_BYTES * BYTE_VALUES)

  /** Throws a TypeError or a RangeError unless the key is RSS_KEY_BYTES bytes. */
  constructor(key: Uint8Array) {
    if (!(key instanceof Uint8Array)) {
      throw new TypeError(`an RSS key is a Uint8Array: ${came(key)} came`)
    }
    if (key.length !== RSS_KEY_BYTES) {
      throw new RangeError(`an RSS key has ${RSS_KEY_BYTES} bytes: ${key.length} came`)
    }
    for (let byte = 0; byte < INPUT_BYTES; byte++) fill(this.#adds, key, byte)
  }

  /** Of bytes at an address. Throws a RangeError for more than an input has. */
  hashAt(memory: Words, at: Address, length: number, first = 0): number {
    expectInput(length, first)
    const words = length & ~3
    let hash = 0
    for (let i = 0; i < words; i += 4) hash ^= this.#word(first + i, memory.read32be(at + i))
    for (let i = words; i < length; i++) {
      hash ^= this.#adds[((first + i) << 8) | memory.read8(at + i)]!
    }
    return hash
  }

  /** The same of bytes in an array; those behind its end count as 0. */
  hash(bytes: Uint8Array, at = 0, length = bytes.length - at, first = 0): number {
    expectInput(length, first)
    let hash = 0
    for (let i = 0; i < length; i++) hash ^= this.#adds[((first + i) << 8) | bytes[at + i]!]!
    return hash
  }

  /** Of two IPv4 addresses: of packets without ports, and of fragments. */
  addresses(source: number, destination: number): number {
    return this.#word(0, source) ^ this.#word(4, destination)
  }

  /** Of two IPv4 addresses and two ports. */
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

function expectInput(length: number, first: number): void {
  if (first >= 0 && length >= 0 && first + length <= INPUT_BYTES) return
  throw new RangeError(
    `an input of RSS has ${INPUT_BYTES} bytes at most: ${length} from byte ${first} on came`,
  )
}

/** Fills in what the values of a byte of the input add: a bit, and what the others do. */
function fill(adds: Int32Array, key: Uint8Array, byte: number): void {
  const from = byte * BYTE_VALUES
  for (let bit = 0; bit < 8; bit++) {
    const own = 0x80 >> bit
    const bits = keyBitsAt(key, byte * 8 + bit)
    for (let value = own; value < BYTE_VALUES; value++) {
      if (value & own) adds[from + value]! ^= bits
    }
  }
}

/** The 32 bits of the key that begin with its bit `first`. */
function keyBitsAt(key: Uint8Array, first: number): number {
  let bits = 0
  for (let i = first; i < first + 32; i++) {
    bits = (bits << 1) | ((key[i >> 3]! >> (7 - (i & 7))) & 1)
  }
  return bits
}
