import type { Address, Memory } from '@smpnet/memory'

/** The fields of a UDP header (RFC 768) in the bytes at an address, without judgement. */
export const UDP_HEADER_BYTES = 8

export function udpSourcePort(memory: Memory, at: Address): number {
  return memory.read16be(at)
}

export function udpDestinationPort(memory: Memory, at: Address): number {
  return memory.read16be(at + 2)
}

export function udpLength(memory: Memory, at: Address): number {
  return memory.read16be(at + 4)
}

export function udpChecksum(memory: Memory, at: Address): number {
  return memory.read16be(at + 6)
}

export function setUdpChecksum(memory: Memory, at: Address, value: number): void {
  memory.write16be(at + 6, value)
}
