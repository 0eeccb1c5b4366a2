import type { Address, Memory } from '@smpnet/memory'
import { BUFFER_BYTES, CLUSTER, HEADER_BYTES, MBUF } from '../layout/header.ts'

/** In the place of an mbuf's kind, when it was freed by a user that checks. */
export const FREED = 0x6d660000
/** The bytes of what is free: as headers, addresses and lengths they make no sense. */
const POISON = 0xdb
const KIND = MBUF.offset.kind
/** In the place of a free cluster's count of references, for the same. */
const REFERENCES = CLUSTER.offset.references

/** Fills what is freed, and marks it. `word` is its kind, or its count of references. */
export function poison(memory: Memory, at: Address, word: number, bytes: number): void {
  memory.write(at + word, FREED)
  memory.fill(at + HEADER_BYTES, POISON, bytes)
}

/**
 * Whether what is free is still as it was filled. Bytes are compared by their sum: another sum is
 * a proof that they were written, and hardly any stray write leaves it as it was. True of what was
 * freed by a user that does not check.
 */
export function isPoisoned(memory: Memory, at: Address, word: number, bytes: number): boolean {
  if (memory.read(at + word) !== FREED) return true
  return memory.sum(at + HEADER_BYTES, bytes) === sumOfPoison(bytes)
}

export function poisonMbuf(memory: Memory, mbuf: Address): void {
  poison(memory, mbuf, KIND, BUFFER_BYTES[0])
}

export function poisonCluster(memory: Memory, cluster: Address, size: number): void {
  poison(memory, cluster, REFERENCES, BUFFER_BYTES[size]!)
}

export function isMbufPoisoned(memory: Memory, mbuf: Address): boolean {
  return isPoisoned(memory, mbuf, KIND, BUFFER_BYTES[0])
}

export function isClusterPoisoned(memory: Memory, cluster: Address, size: number): boolean {
  return isPoisoned(memory, cluster, REFERENCES, BUFFER_BYTES[size]!)
}

/** The sum of RFC 1071 over an even number of such bytes. */
function sumOfPoison(bytes: number): number {
  const sum = ((POISON << 8) | POISON) * (bytes / 2)
  return sum % 0xffff === 0 ? 0xffff : sum % 0xffff
}
