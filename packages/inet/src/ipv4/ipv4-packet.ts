import type { Address, Memory } from '@smpnet/memory'

/**
 * The fields of an IPv4 header (RFC 791 section 3.1) in the bytes at an address: raw numbers in
 * network order, without judgement. Callers have made sure that the bytes are there.
 */
export const IPV4_HEADER_BYTES = 20
/** Of a header with all options that fit: 15 words (RFC 791 section 3.1, IHL). */
export const IPV4_MOST_HEADER_BYTES = 60
/** The greatest total length that its field can say (RFC 791 section 3.1). */
export const IPV4_MOST_BYTES = 65535

/** Of the word that holds flags and offset: do not fragment, more fragments, the offset. */
export const DONT_FRAGMENT = 0x4000
export const MORE_FRAGMENTS = 0x2000
export const FRAGMENT_OFFSET = 0x1fff

/** The numbers of protocols (RFC 790, IANA). */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const

export function version(memory: Memory, at: Address): number {
  return memory.read8(at) >> 4
}

/** In bytes; the field counts words. */
export function headerBytes(memory: Memory, at: Address): number {
  return (memory.read8(at) & 15) << 2
}

export function typeOfService(memory: Memory, at: Address): number {
  return memory.read8(at + 1)
}

export function totalLength(memory: Memory, at: Address): number {
  return memory.read16be(at + 2)
}

export function identification(memory: Memory, at: Address): number {
  return memory.read16be(at + 4)
}

/** The flags and the offset in units of 8 bytes. */
export function fragment(memory: Memory, at: Address): number {
  return memory.read16be(at + 6)
}

export function timeToLive(memory: Memory, at: Address): number {
  return memory.read8(at + 8)
}

export function protocol(memory: Memory, at: Address): number {
  return memory.read8(at + 9)
}

export function checksum(memory: Memory, at: Address): number {
  return memory.read16be(at + 10)
}

export function source(memory: Memory, at: Address): number {
  return memory.read32be(at + 12)
}

export function destination(memory: Memory, at: Address): number {
  return memory.read32be(at + 16)
}

export function setTimeToLive(memory: Memory, at: Address, value: number): void {
  memory.write8(at + 8, value)
}

export function setChecksum(memory: Memory, at: Address, value: number): void {
  memory.write16be(at + 10, value)
}
