import { came } from '@smpnet/memory'

/** What items may be kept together by. */
export type Key = string | number | bigint

/**
 * The flow of a key: a number that is not 0, the same in every thread, and spread evenly (FNV-1a of
 * texts; of numbers the finalizer of MurmurHash3). Throws a TypeError for what is no key.
 */
export function keyNumber(key: Key): number {
  if (typeof key === 'number') return mixed(Number.isInteger(key) ? key | 0 : hashOf(String(key)))
  if (typeof key === 'string' || typeof key === 'bigint') return mixed(hashOf(String(key)))
  throw new TypeError(`a key is a text or a number: ${came(key)} came`)
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  hash ^= hash >>> 16
  return hash === 0 ? 1 : hash
}
