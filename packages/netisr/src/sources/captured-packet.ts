/** A packet as a capture file has it. */
export interface CapturedPacket {
  /** Nanoseconds since 1970; undefined where the file says none, as simple packet blocks do. */
  readonly timeNs: bigint | undefined
  /** What its bytes begin with, by tcpdump's list: `LINK_TYPE`. */
  readonly linkType: number
  /** The number of its interface in its section of the file, from 0. */
  readonly link: number
  /** The bytes that were captured, which are the receiver's. */
  readonly bytes: Uint8Array
  /** Bytes that the packet had on the wire. */
  readonly length: number
}

/** What a reader of a capture file has counted; it grows while the file is read. */
export interface CaptureFileCounts {
  /** Packets that it gave. */
  packets: number
  /** 1 when the file ends within a record or block, of which nothing is given. */
  truncated: number
  /** Packets of interfaces that were not described, and those that are longer than their block. */
  malformed: number
  /** Blocks that hold no packets and were passed over. */
  skipped: number
}

export function newCaptureFileCounts(): CaptureFileCounts {
  return { packets: 0, truncated: 0, malformed: 0, skipped: 0 }
}

/** Bytes that cannot be a capture file, or not one from there on: the sentence says where. */
export class BadCaptureFile extends Error {
  override name = 'BadCaptureFile'
}

/** Link types of which the tuple of packets can be found (tcpdump.org/linktypes.html). */
export const LINK_TYPE = {
  null: 0,
  ethernet: 1,
  /** Three numbers for packets that begin with an IP header: two are of BSDs' own. */
  rawOfBsd: 12,
  rawOfOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const
