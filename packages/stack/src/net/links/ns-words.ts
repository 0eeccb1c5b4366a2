import { type Address, type Memory, WORD_BYTES } from '@smpnet/memory'

/** A time takes two words: the lower half and, behind it, the upper. */
export const NS_WORDS = 2
const HALF = 2 ** 32

/** Reads a time of whole ns, below 2^53. For an owner of the words, or under their lock. */
export function readNs(memory: Memory, at: Address): number {
  return memory.read(at + WORD_BYTES) * HALF + (memory.read(at) >>> 0)
}

/** Writes one. */
export function writeNs(memory: Memory, at: Address, ns: number): void {
  memory.write(at, ns | 0)
  memory.write(at + WORD_BYTES, Math.floor(ns / HALF))
}
