import type { Memory } from '@smpnet/memory'

/** What bytes of packets are read by: a Memory, or an array by `ArrayBytes`. */
export type PacketBytes = Pick<Memory, 'read8' | 'read16be' | 'read32be'>

/** Bytes of an array, read as those of a Memory are. Callers look at its length themselves. */
export class ArrayBytes implements PacketBytes {
  constructor(public bytes: Uint8Array = new Uint8Array()) {}

  read8(at: number): number {
    return this.bytes[at]!
  }

  read16be(at: number): number {
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!
  }

  read32be(at: number): number {
    return (this.read16be(at) << 16) | this.read16be(at + 2)
  }
}

/**
 * Where in a packet the bytes are that RSS hashes. Its caller owns the record and uses it again for
 * each packet.
 */
export class FlowTuple {
  /** Of both addresses, which follow one another: 8 of IPv4, 32 of IPv6, 0 where there are none. */
  addressBytes = 0
  /** Where the source's address begins. */
  addresses = 0
  /** Where both ports begin; -1 where there are none, as in a fragment. */
  ports = -1
  /** The number of the protocol above (IANA). */
  protocol = 0
}

/** The protocols that begin with two ports: TCP, UDP, SCTP (IANA). */
const WITH_PORTS = new Set([6, 17, 132])

/**
 * Extension headers of IPv6 (RFC 8200 section 4): hop by hop, routing, destination; authentication.
 * Behind that of a fragment nothing is looked for: it is the protocol.
 */
const EXTENSIONS = new Set([0, 43, 60])
const AUTHENTICATION = 51
/** More headers are nonsense: a packet that has them has no ports here. */
const MOST_EXTENSIONS = 8

const IPV4_BYTES = 20
const IPV6_BYTES = 40

/**
 * Finds the tuple of an IPv4 or IPv6 packet whose header begins at `at`, of which the bytes up to
 * `end` are there. False, and a tuple without addresses, for what is neither, or shorter than its
 * header. Nothing else of a packet is judged: that is for the protocols.
 */
export function ipTuple(bytes: PacketBytes, at: number, end: number, into: FlowTuple): boolean {
  into.addressBytes = 0
  into.ports = -1
  into.protocol = 0
  if (at >= end) return false
  const version = bytes.read8(at) >> 4
  if (version === 4) return ipv4Tuple(bytes, at, end, into)
  return version === 6 && ipv6Tuple(bytes, at, end, into)
}

/** A fragment has no ports, since only the first of a datagram does (RFC 791 section 3.1). */
function ipv4Tuple(bytes: PacketBytes, at: number, end: number, into: FlowTuple): boolean {
  const headerBytes = (bytes.read8(at) & 15) << 2
  if (headerBytes < IPV4_BYTES || end - at < headerBytes) return false
  into.addressBytes = 8
  into.addresses = at + 12
  into.protocol = bytes.read8(at + 9)
  const isFragment = (bytes.read16be(at + 6) & 0x3fff) !== 0
  if (!isFragment) findPorts(at + headerBytes, end, into)
  return true
}

function ipv6Tuple(bytes: PacketBytes, at: number, end: number, into: FlowTuple): boolean {
  if (end - at < IPV6_BYTES) return false
  into.addressBytes = 32
  into.addresses = at + 8
  let next = bytes.read8(at + 6)
  let header = at + IPV6_BYTES
  for (let count = 0; count < MOST_EXTENSIONS; count++) {
    into.protocol = next
    const isExtension = EXTENSIONS.has(next)
    if (!isExtension && next !== AUTHENTICATION) break
    if (end - header < 2) return true
    next = bytes.read8(header)
    const units = bytes.read8(header + 1)
    // RFC 8200 counts in 8 bytes but the first, and RFC 4302 in 4 bytes but the first two.
    header += isExtension ? (units + 1) * 8 : (units + 2) * 4
  }
  findPorts(header, end, into)
  return true
}

function findPorts(at: number, end: number, into: FlowTuple): void {
  if (WITH_PORTS.has(into.protocol) && end - at >= 4) into.ports = at
}
