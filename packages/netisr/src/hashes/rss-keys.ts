/** Bytes of an RSS key: of the longest input, two IPv6 addresses and two ports, and 4 more. */
export const RSS_KEY_BYTES = 40

/**
 * The key by which Microsoft has implementations of RSS verified ("Verifying the RSS Hash
 * Calculation"), and which most drivers use unless told, FreeBSD's among them (net/rss_config.c).
 */
export function standardKey(): Uint8Array {
  return Uint8Array.from(STANDARD)
}

const STANDARD = [
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
  0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
  0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
]

/**
 * A key that repeats itself every 16 bits, by which both directions of a connection have one hash,
 * since addresses and ports change places by multiples of 16 bits: Woo and Park, "Scalable TCP
 * Session Monitoring with Symmetric RSS" (KAIST, 2012). Its hashes have 16 bits of chance, twice.
 */
export function symmetricKey(): Uint8Array {
  return Uint8Array.from({ length: RSS_KEY_BYTES }, (_, i) => (i % 2 === 0 ? 0x6d : 0x5a))
}
