import type { Address } from './address.ts'

/**
 * The sum of RFC 1071, of which the Internet checksum is the complement: 16-bit words of network
 * order, added so that what is carried out of the top comes in again at the bottom.
 *
 * Such a sum does not depend on the order of bytes (RFC 1071, 2.B): words of the host's order give
 * the same sum, with its two bytes the other way round. Nor need carries be added one by one: here
 * 32-bit words are added up, their two halves apart, and carried at the end. A byte at an even
 * address is one half of the host's 16-bit words and a byte at an odd one is the other; the sum is
 * turned round at the end, where the first byte has to be the upper one and was not.
 */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Words of which the upper halves can be added up in 32 bits, and the lower ones too. */
const MOST_WORDS = 1 << 15

/**
 * The sum of `length` bytes at `at`, and of `initial`, carried: from 0 to 0xffff. An odd last byte
 * counts as the upper byte of a word. `words` and `bytes` are the same memory.
 */
export function internetSum(
  words: Int32Array,
  bytes: Uint8Array,
  at: Address,
  length: number,
  initial: number,
): number {
  const end = at + length
  const first = Math.min((at + 3) & ~3, end)
  const last = Math.max(end & ~3, first)
  let sum = sumOfBytes(bytes, at, first) + sumOfBytes(bytes, last, end)
  for (let from = first >> 2; from < last >> 2; from += MOST_WORDS) {
    sum += sumOfWords(words, from, Math.min(from + MOST_WORDS, last >> 2))
  }
  const carried = carry(sum)
  const isTurned = ((at & 1) === 0) === IS_LITTLE_ENDIAN
  return carry((isTurned ? turned(carried) : carried) + carry(initial))
}

/** Adds what is above 16 bits to what is below, of a sum below 2^32; twice, since that carries. */
function carry(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16)
  return (once & 0xffff) + (once >>> 16)
}

/** The same 16 bits, the lower byte above. */
function turned(sum: number): number {
  return ((sum & 0xff) << 8) | (sum >>> 8)
}

/** The sum of up to three bytes before or behind whole words, as parts of the host's words. */
function sumOfBytes(bytes: Uint8Array, from: Address, end: Address): number {
  let sum = 0
  for (let at = from; at < end; at++) {
    const isLower = ((at & 1) === 0) === IS_LITTLE_ENDIAN
    sum += isLower ? bytes[at]! : bytes[at]! << 8
  }
  return sum
}

/**
 * The sum of both halves of the words from index `from` to `end`, at most 2^18. The upper halves
 * are added up by themselves; `total` wraps, and what it has without them is the sum of the lower
 * ones.
 */
function sumOfWords(words: Int32Array, from: number, end: number): number {
  let total = 0
  let upper = 0
  let i = from
  for (; i + 4 <= end; i += 4) {
    const a = words[i]!
    const b = words[i + 1]!
    const c = words[i + 2]!
    const d = words[i + 3]!
    total = (total + a + b + c + d) | 0
    upper = (upper + (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16)) | 0
  }
  for (; i < end; i++) {
    total = (total + words[i]!) | 0
    upper = (upper + (words[i]! >>> 16)) | 0
  }
  const lower = (total - (upper << 16)) | 0
  return (lower & 0xffff) + (lower >>> 16) + (upper & 0xffff) + (upper >>> 16)
}
