/** The sum of bytes that are as they were sent, their checksum among them (RFC 1071, section 1). */
export const WHOLE_SUM = 0xffff

/** Adds what is above 16 bits to what is below, of a sum below 2^32: from 0 to 0xffff. */
export function carried(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16)
  return (once & 0xffff) + (once >>> 16)
}

/** The checksum that makes bytes of this sum whole; the sum is below 2^32. */
export function complement(sum: number): number {
  return ~carried(sum) & 0xffff
}

/** The sum of a word's two halves, not yet carried. */
export function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff)
}

/**
 * The sum of the pseudo header of UDP and TCP over IPv4 (RFC 768, RFC 9293 section 3.1), not yet
 * carried: both addresses, the protocol, and the bytes of header and data.
 */
export function pseudoSum(
  source: number,
  destination: number,
  protocol: number,
  bytes: number,
): number {
  return halves(source) + halves(destination) + protocol + bytes
}

/**
 * The checksum after one 16-bit word has changed, by equation 3 of RFC 1624: HC' = ~(~HC + ~m +
 * m'). The shorter equation 4 of RFC 1141 makes 0xffff of what must be 0.
 */
export function updated(checksum: number, before: number, after: number): number {
  return complement((~checksum & 0xffff) + (~before & 0xffff) + after)
}
