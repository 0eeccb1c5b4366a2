import { came } from '@smpnet/memory'

/** Whether a value is an array of bytes of another realm, such as that of a test's environment. */
function areBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]'
}

/** Throws a TypeError for what is no bytes, which have no length that could be told. */
export function lengthOf(bytes: Uint8Array): number {
  if (bytes instanceof Uint8Array || areBytes(bytes)) return bytes.length
  throw new TypeError(notBytes(bytes))
}

/**
 * Throws a TypeError for what is no bytes, and a RangeError for those that are not there, or fewer
 * than `least`.
 */
export function expectBytes(
  bytes: Uint8Array,
  start: number,
  length: number,
  least: number,
): void {
  if (!(bytes instanceof Uint8Array) && !areBytes(bytes)) throw new TypeError(notBytes(bytes))
  const whole = Number.isInteger(start) && Number.isInteger(length)
  if (whole && start >= 0 && length >= least && start + length <= bytes.length) return
  throw new RangeError(notThere(bytes, start, length, least))
}

function notThere(bytes: Uint8Array, start: number, length: number, least: number): string {
  return length === 0 && least > 0
    ? 'bytes are received into room for at least 1, since 0 is the end: room for 0 came'
    : `bytes from ${came(start)} on, ${came(length)} of them, were asked for of ${bytes.length}`
}

function notBytes(value: unknown): string {
  return `bytes come as a Uint8Array, which a TextEncoder makes of text: ${came(value)} came`
}
