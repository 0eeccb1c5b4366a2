import { type FlowTuple, ipTuple, type PacketBytes } from '../hashes/flow-tuple.ts'
import { LINK_TYPE } from './captured-packet.ts'

/** Numbers of what an Ethernet frame carries (IEEE 802, IANA). */
const ETHER_TYPE = { ipv4: 0x0800, ipv6: 0x86dd } as const
/** Tags of VLANs, with four bytes each: 802.1Q, 802.1ad, and what came before that. */
const TAGS = new Set([0x8100, 0x88a8, 0x9100])
const MOST_TAGS = 4

/** Where the type of what they carry is in frames: Ethernet, and two that Linux makes for "any". */
const TYPE_AT: ReadonlyMap<number, readonly [type: number, payload: number]> = new Map([
  [LINK_TYPE.ethernet, [12, 14]],
  [LINK_TYPE.linuxCooked, [14, 16]],
  [LINK_TYPE.linuxCooked2, [0, 20]],
])

/** Packets that begin with an IP header, whose first bits say which. */
const BARE: ReadonlySet<number> = new Set([
  LINK_TYPE.rawOfBsd,
  LINK_TYPE.rawOfOpenBsd,
  LINK_TYPE.raw,
  LINK_TYPE.ipv4,
  LINK_TYPE.ipv6,
])

/** Those with four bytes before it: the number of an address family, which differs by system. */
const WITH_FAMILY: ReadonlySet<number> = new Set([LINK_TYPE.null, LINK_TYPE.loop])
const FAMILY_BYTES = 4

/**
 * Finds the tuple of a frame of a link type, the first `length` bytes of which are there. False,
 * and a tuple without addresses, for what carries no IP, is too short, or of another link type.
 */
export function frameTuple(
  linkType: number,
  bytes: PacketBytes,
  length: number,
  into: FlowTuple,
): boolean {
  const header = ipAt(linkType, bytes, length)
  return ipTuple(bytes, header < 0 ? length : header, length, into)
}

/** Where the IP header begins, or -1. */
function ipAt(linkType: number, bytes: PacketBytes, length: number): number {
  if (BARE.has(linkType)) return 0
  if (WITH_FAMILY.has(linkType)) return FAMILY_BYTES
  const places = TYPE_AT.get(linkType)
  if (places === undefined) return -1
  let [typeAt, payload] = places
  if (length < payload) return -1
  let type = bytes.read16be(typeAt)
  for (let tags = 0; TAGS.has(type) && tags < MOST_TAGS; tags++) {
    typeAt = payload + 2
    payload += 4
    if (length < payload) return -1
    type = bytes.read16be(typeAt)
  }
  return type === ETHER_TYPE.ipv4 || type === ETHER_TYPE.ipv6 ? payload : -1
}
