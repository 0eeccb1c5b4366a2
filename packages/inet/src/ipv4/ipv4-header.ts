import type { Address, Memory } from '@smpnet/memory'
import { complement, halves } from '../checksum/checksum.ts'
import { Judgement } from '../verdict/judgement.ts'
import {
  DONT_FRAGMENT,
  FRAGMENT_OFFSET,
  IPV4_HEADER_BYTES,
  MORE_FRAGMENTS,
} from './ipv4-packet.ts'

/** Hops of what this host sends (RFC 1340, the default of RFC 1122 section 3.2.1.7). */
export const DEFAULT_TTL = 64

/**
 * What an IPv4 header means. Its caller owns the record and uses it again for each packet: what it
 * holds is right until the next packet is judged. Lengths, version and checksum of what is sent
 * follow from the packet, and so cannot be wrong here.
 */
export class Ipv4Header extends Judgement {
  source = 0
  destination = 0
  protocol = 0
  timeToLive = DEFAULT_TTL
  typeOfService = 0
  identification = 0
  /** Nothing here cuts a packet, and RFC 6864 section 4.1 frees such a one of its number. */
  dontFragment = true

  /** Of a packet that came: the bytes of its header, options among them, and those behind. */
  headerBytes = IPV4_HEADER_BYTES
  payloadBytes = 0
  /** Of a packet that came: where in its datagram it belongs, in bytes; and whether more comes. */
  fragmentOffset = 0
  moreFragments = false
}

/** Writes what is known of a header to a record; the bytes have been judged. */
export function readIpv4(memory: Memory, at: Address, ip: Ipv4Header): void {
  const second = memory.read32be(at + 4)
  const third = memory.read32be(at + 8)
  ip.typeOfService = memory.read8(at + 1)
  ip.identification = second >>> 16
  ip.dontFragment = (second & DONT_FRAGMENT) !== 0
  ip.moreFragments = (second & MORE_FRAGMENTS) !== 0
  ip.fragmentOffset = (second & FRAGMENT_OFFSET) << 3
  ip.timeToLive = third >>> 24
  ip.protocol = (third >>> 16) & 255
  ip.source = memory.read32be(at + 12)
  ip.destination = memory.read32be(at + 16)
}

/** Writes a header without options for `totalBytes` bytes, itself among them, with no checksum. */
export function emitIpv4Unsummed(
  memory: Memory,
  at: Address,
  ip: Ipv4Header,
  totalBytes: number,
): void {
  write(memory, at, ip, totalBytes, 0)
}

/** Writes a header without options for `totalBytes` bytes, itself among them. */
export function emitIpv4(memory: Memory, at: Address, ip: Ipv4Header, totalBytes: number): void {
  const sum =
    halves(firstWord(ip, totalBytes)) +
    halves(secondWord(ip)) +
    halves(thirdWord(ip)) +
    halves(ip.source) +
    halves(ip.destination)
  write(memory, at, ip, totalBytes, complement(sum))
}

function write(
  memory: Memory,
  at: Address,
  ip: Ipv4Header,
  totalBytes: number,
  checksum: number,
): void {
  memory.write32be(at, firstWord(ip, totalBytes))
  memory.write32be(at + 4, secondWord(ip))
  memory.write32be(at + 8, thirdWord(ip) | checksum)
  memory.write32be(at + 12, ip.source)
  memory.write32be(at + 16, ip.destination)
}

/** Version 4, five words of header, type of service, total length. */
function firstWord(ip: Ipv4Header, totalBytes: number): number {
  return 0x45000000 | (ip.typeOfService << 16) | totalBytes
}

function secondWord(ip: Ipv4Header): number {
  return (ip.identification << 16) | (ip.dontFragment ? DONT_FRAGMENT : 0)
}

function thirdWord(ip: Ipv4Header): number {
  return (ip.timeToLive << 24) | (ip.protocol << 16)
}
