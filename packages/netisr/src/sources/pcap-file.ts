import { BadCaptureFile } from './captured-packet.ts'
import { MORE, MOST_BLOCK_BYTES, need, type Parsed, type Parser } from './parsing.ts'

/**
 * A pcap file (draft-ietf-opsawg-pcap): a header of 24 bytes, and records of 16 and a packet each.
 * The magic number says in which order numbers are, and whether times are in micro- or nanoseconds.
 */
export interface PcapMagic {
  readonly isLittle: boolean
  readonly nsPerUnit: bigint
}

const MICROSECONDS = 0xa1b2c3d4
const NANOSECONDS = 0xa1b23c4d
const HEADER_BYTES = 24
const RECORD_BYTES = 16
/** Of the header's last word, whose upper bits say how long a checksum behind packets is. */
const LINK_TYPE_BITS = 0xffff
const NS_PER_S = 1_000_000_000n

/** What the first four bytes say, read as big-endian; undefined when it is no pcap file. */
export function pcapMagic(first: number): PcapMagic | undefined {
  for (const [magic, nsPerUnit] of [[MICROSECONDS, 1000n] as const, [NANOSECONDS, 1n] as const]) {
    if (first === magic) return { isLittle: false, nsPerUnit }
    if (first === swapped(magic)) return { isLittle: true, nsPerUnit }
  }
  return undefined
}

/** Gives the packets of a file. Throws BadCaptureFile for a record that is too long to be one. */
export function* pcapPackets(
  { queue, counts }: Parsed,
  { isLittle, nsPerUnit }: PcapMagic,
): Parser {
  yield* need(queue, HEADER_BYTES)
  const linkType = queue.u32(20, isLittle) & LINK_TYPE_BITS
  queue.take(HEADER_BYTES)
  for (;;) {
    while (queue.length < RECORD_BYTES) yield MORE
    const captured = queue.u32(8, isLittle)
    if (captured > MOST_BLOCK_BYTES) {
      throw new BadCaptureFile(
        `at byte ${queue.taken}: expected a packet of at most ${MOST_BLOCK_BYTES} captured ` +
          `bytes, came one of ${captured}: the file is damaged from there on`,
      )
    }
    while (queue.length < RECORD_BYTES + captured) yield MORE
    const seconds = BigInt(queue.u32(0, isLittle))
    const timeNs = seconds * NS_PER_S + BigInt(queue.u32(4, isLittle)) * nsPerUnit
    const length = queue.u32(12, isLittle)
    const bytes = queue.copy(RECORD_BYTES, captured)
    queue.take(RECORD_BYTES + captured)
    counts.packets++
    yield { timeNs, linkType, link: 0, bytes, length }
  }
}

function swapped(word: number): number {
  const bytes = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
  return bytes >>> 0
}
