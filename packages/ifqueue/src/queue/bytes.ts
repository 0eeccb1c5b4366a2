import { came } from '@smpnet/memory'

/** Longer copies go by `set`, which starts in some 50 ns: a byte takes half a nanosecond. */
const SHORT_COPY_BYTES = 96

/** Copies `length` bytes of `from`, starting at `start`, into `to` at `at`. */
export function copyBytes(
  to: Uint8Array,
  at: number,
  from: Uint8Array,
  start: number,
  length: number,
): void {
  if (length > SHORT_COPY_BYTES) to.set(from.subarray(start, start + length), at)
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!
}

/** Throws a TypeError, naming `what`, unless it is bytes. */
export function expectBytes(what: string, value: unknown): void {
  if (value instanceof Uint8Array) return
  if (Object.prototype.toString.call(value) === '[object Uint8Array]') return
  throw new TypeError(`${what} is a Uint8Array: ${came(value)} came`)
}
