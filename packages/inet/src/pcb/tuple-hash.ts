/**
 * The hash that chooses a chain of control blocks: the final mixing of Bob Jenkins' lookup3 over
 * both ends, begun with a seed that peers do not know, so that they cannot aim at one chain.
 * From 0 to 2^32 - 1; a table takes its lowest bits.
 */
export function tupleHash(
  localAddress: number,
  localPort: number,
  foreignAddress: number,
  foreignPort: number,
  seed: number,
): number {
  const start = (LOOKUP3_START + (WORDS << 2) + seed) | 0
  let a = (start + localAddress) | 0
  let b = (start + foreignAddress) | 0
  let c = (start + ((localPort << 16) | foreignPort)) | 0
  c = ((c ^ b) - rotated(b, 14)) | 0
  a = ((a ^ c) - rotated(c, 11)) | 0
  b = ((b ^ a) - rotated(a, 25)) | 0
  c = ((c ^ b) - rotated(b, 16)) | 0
  a = ((a ^ c) - rotated(c, 4)) | 0
  b = ((b ^ a) - rotated(a, 14)) | 0
  c = ((c ^ b) - rotated(b, 24)) | 0
  return c >>> 0
}

/** The chain of blocks that have no foreign end: all of a local port are in one. */
export function portHash(localPort: number, seed: number): number {
  return tupleHash(0, localPort, 0, 0, seed)
}

const LOOKUP3_START = 0xdeadbeef
const WORDS = 3

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
