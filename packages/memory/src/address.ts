/** Byte offset of a word or byte in a `Memory`. Words are 32 bits and aligned to 4 bytes. */
export type Address = number

/** No address: the first line of every memory belongs to its root, so nothing else is at 0. */
export const NIL: Address = 0

/** Bytes per 32-bit word. */
export const WORD_BYTES = 4

/**
 * Bytes that two CPUs never share without paying for it: the unit of placement and of pricing.
 * 64 on every x86 and on most ARM cores; Apple's 128-byte lines merely pair two of ours.
 */
export const CACHE_LINE_BYTES = 64

/** The smallest multiple of `alignment` that is not below `bytes`, above 2^31 too. */
export function alignUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment
}
