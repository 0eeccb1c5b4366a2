import { CACHE_LINE_BYTES } from './address.ts'
import { came } from './came.ts'

/** Addresses are positive 32-bit integers: `>> 2` and flags in their low bits are cheap. */
export const MAX_MEMORY_BYTES = 2 ** 31 - CACHE_LINE_BYTES

/** Throws a RangeError unless a memory can have this many bytes: whole lines, below 2 GiB. */
export function checkMemoryBytes(bytes: number): void {
  const whole = Number.isInteger(bytes) && bytes % CACHE_LINE_BYTES === 0
  if (whole && bytes >= CACHE_LINE_BYTES && bytes <= MAX_MEMORY_BYTES) return
  throw new RangeError(
    `a memory has a whole number of ${CACHE_LINE_BYTES}-byte lines, at least one and at most ` +
      `${MAX_MEMORY_BYTES} bytes in all: ${came(bytes)} bytes came`,
  )
}
