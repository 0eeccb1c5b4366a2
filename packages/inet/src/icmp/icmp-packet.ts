import type { Address, Memory } from '@smpnet/memory'

/** The fields of an ICMP message (RFC 792) in the bytes at an address, without judgement. */
export const ICMP_HEADER_BYTES = 8

/** Types of RFC 792 and of RFC 1256, whose numbers IANA keeps. */
export const ICMP_TYPE = {
  echoReply: 0,
  unreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echo: 8,
  routerAdvertisement: 9,
  routerSolicitation: 10,
  timeExceeded: 11,
  parameterProblem: 12,
  timestamp: 13,
  timestampReply: 14,
  informationRequest: 15,
  informationReply: 16,
  maskRequest: 17,
  maskReply: 18,
} as const

export function icmpType(memory: Memory, at: Address): number {
  return memory.read8(at)
}

export function icmpCode(memory: Memory, at: Address): number {
  return memory.read8(at + 1)
}

export function icmpChecksum(memory: Memory, at: Address): number {
  return memory.read16be(at + 2)
}

/** The second word: identifier and sequence number of an echo, the next MTU, a pointer. */
export function icmpWord(memory: Memory, at: Address): number {
  return memory.read32be(at + 4)
}

/** Writes all but the checksum, which becomes 0. */
export function writeIcmp(
  memory: Memory,
  at: Address,
  type: number,
  code: number,
  word: number,
): void {
  memory.write32be(at, (type << 24) | (code << 16))
  memory.write32be(at + 4, word)
}

export function setIcmpChecksum(memory: Memory, at: Address, value: number): void {
  memory.write16be(at + 2, value)
}
