import { type Address, type Memory, WORD_BYTES } from '@smpnet/memory'

/*
 * A hash for flows that no network card has hashed: MurmurHash3 of A. Appleby, its form of 32 bits
 * for x86, over whole words (github.com/aappleby/smhasher). Each bit of the input changes about
 * half of the bits of the hash, so that its lowest bits alone can choose a CPU. It is no secret:
 * peers that may choose their words can aim at one CPU unless the seed is one.
 */

/** Of the words of an array, as little-endian bytes: a signed word. */
export function wordsHash(words: ArrayLike<number>, seed = 0): number {
  let hash = seed | 0
  for (let i = 0; i < words.length; i++) hash = mixed(hash, words[i]!)
  return finished(hash, words.length)
}

/** The same of `count` words at an address. */
export function wordsHashAt(
  memory: Pick<Memory, 'read'>,
  at: Address,
  count: number,
  seed = 0,
): number {
  let hash = seed | 0
  for (let i = 0; i < count; i++) hash = mixed(hash, memory.read(at + i * WORD_BYTES))
  return finished(hash, count)
}

function mixed(hash: number, word: number): number {
  const scattered = Math.imul(word, 0xcc9e2d51)
  const turned = (scattered << 15) | (scattered >>> 17)
  const joined = hash ^ Math.imul(turned, 0x1b873593)
  return (Math.imul((joined << 13) | (joined >>> 19), 5) + 0xe6546b64) | 0
}

function finished(hash: number, words: number): number {
  let h = hash ^ (words * WORD_BYTES)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
