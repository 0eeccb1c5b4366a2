import { came } from './came.ts'
import { isShared } from './handles.ts'

/**
 * A SharedArrayBuffer of `bytes` zero bytes. Throws an Error, with the reason, where there are
 * none: a page has them when it is cross-origin isolated. Asked for when one is first needed, so
 * that a page may load this package before it knows.
 */
export function newShared(bytes: number): SharedArrayBuffer {
  if (!(Number.isInteger(bytes) && bytes >= 0 && bytes < 2 ** 31)) {
    throw new RangeError(
      `shared memory has a whole number of bytes below 2 GiB: ${came(bytes)} came`,
    )
  }
  if (typeof SharedArrayBuffer === 'function') return new SharedArrayBuffer(bytes)
  throw new Error(
    'shared memory needs SharedArrayBuffer, which is missing here: a page has it when it is ' +
      'cross-origin isolated, by the headers Cross-Origin-Opener-Policy: same-origin and ' +
      'Cross-Origin-Embedder-Policy: require-corp',
  )
}

/** Throws a TypeError unless a value is a SharedArrayBuffer. */
export function expectShared(buffer: unknown): void {
  if (isShared(buffer)) return
  throw new TypeError(`threads share a SharedArrayBuffer: ${came(buffer)} came`)
}
