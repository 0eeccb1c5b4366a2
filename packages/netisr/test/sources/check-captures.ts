import { SimRandom } from '@smpnet/machine/sim'
import { expectSame } from '../support/expected.ts'
import type * as parts from '../support/parts.ts'
import {
  type MadeInterface,
  type MadePacket,
  madePcap,
  madePcapng,
  type MadeSection,
  unitsOf,
} from './made-capture.ts'

type Parts = typeof parts

const START_NS = 1_700_000_000_123_456_789n

/** All that is promised of capture files but for their damages; throws at the first that breaks. */
export function checkCaptures(parts: Parts): number {
  let files = 0
  for (const isLittle of [true, false]) {
    for (const isNs of [true, false]) files += checkPcap(parts, { isLittle, isNs, linkType: 113 })
    files += checkPcapng(parts, isLittle)
  }
  return files + checkTruncation(parts)
}

function checkPcap(
  parts: Parts,
  kind: { isLittle: boolean; isNs: boolean; linkType: number },
): number {
  const packets = madePackets(20, 1)
  const file = madePcap(packets, kind)
  const expected = packets.map(({ timeNs, bytes, length }) => {
    const whole = kind.isNs ? timeNs : timeNs - (timeNs % 1000n)
    return { timeNs: whole, linkType: kind.linkType, link: 0, bytes, length }
  })
  const counts = parts.newCaptureFileCounts()
  expectSame('packets of pcap', [...parts.captureFilePackets(pieces(file), counts)], expected)
  expectSame('counts', counts, { packets: 20, truncated: 0, malformed: 0, skipped: 0 })
  return 1
}

const INTERFACES: readonly MadeInterface[] = [
  { linkType: 1, snapBytes: 64 },
  { linkType: 101, snapBytes: 0, resolution: 9 },
  { linkType: 228, snapBytes: 0, resolution: 0x80 | 20, offsetS: -1000n },
  { linkType: 276, snapBytes: 0, resolution: 12, offsetS: 1_699_999_000n },
  { linkType: 229, snapBytes: 0, resolution: 3 },
]

function checkPcapng(parts: Parts, isLittle: boolean): number {
  const sections: MadeSection[] = [
    { isLittle, interfaces: INTERFACES, packets: madePackets(60, INTERFACES.length) },
    { isLittle: !isLittle, interfaces: INTERFACES.slice(1, 2), packets: madePackets(5, 1) },
  ]
  const file = madePcapng([...sections, { isLittle, interfaces: [INTERFACES[0]!], packets: [] }])
  const counts = parts.newCaptureFileCounts()
  const expected = sections.flatMap(({ interfaces, packets }) =>
    packets.map((packet) => expectedOf(packet, interfaces)),
  )
  expectSame('packets of pcapng', [...parts.captureFilePackets(pieces(file), counts)], expected)
  expectSame('counts', counts, { packets: 65, truncated: 0, malformed: 0, skipped: 3 })
  return 1 + checkMalformed(parts, isLittle)
}

function expectedOf(packet: MadePacket, interfaces: readonly MadeInterface[]) {
  const { link, bytes, length, block } = packet
  const own = interfaces[link]!
  const perS = unitsOf(1_000_000_000n, { ...own, offsetS: 0n })
  const ns = (unitsOf(packet.timeNs, own) * 1_000_000_000n) / perS
  const timeNs = block === 'simple' ? undefined : ns + (own.offsetS ?? 0n) * 1_000_000_000n
  return { timeNs, linkType: own.linkType, link, bytes, length }
}

function* pieces(file: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += 61) yield file.subarray(at, at + 61)
}

/** What is longer than its block, or of no interface, is counted; what follows is read. */
function checkMalformed(parts: Parts, isLittle: boolean): number {
  const [good] = madePackets(1, 1) as [MadePacket]
  const padded = (good.bytes.length + 3) & ~3
  const packets: MadePacket[] = [
    { ...good, claims: padded + 5 },
    { ...good, claims: 0xffffffff, block: 'old' },
    { ...good, link: 1 },
    { ...good, link: 1, block: 'old' },
    // The options behind a packet, which are in its block, can be claimed for bytes of it.
    { ...good, claims: padded + 4 },
    good,
  ]
  const file = madePcapng([{ isLittle, interfaces: [{ linkType: 1, snapBytes: 0 }], packets }])
  const counts = parts.newCaptureFileCounts()
  const came = [...parts.captureFilePackets(pieces(file), counts)].map(({ bytes }) => bytes.length)
  expectSame('what follows', came, [padded + 4, good.bytes.length])
  expectSame('counts', counts, { packets: 2, truncated: 0, malformed: 4, skipped: 1 })
  return 1
}

/** A file that ends anywhere gives what is whole before, and nothing else. */
function checkTruncation(parts: Parts): number {
  const packets = madePackets(4, 1)
  const kinds = [
    madePcap(packets, { isLittle: true, isNs: true, linkType: 1 }),
    madePcapng([{ isLittle: false, interfaces: [INTERFACES[1]!], packets }]),
  ]
  for (const file of kinds) {
    let before = 0
    for (let end = 28; end <= file.length; end++) {
      const counts = parts.newCaptureFileCounts()
      const came = [...parts.captureFilePackets([file.subarray(0, end)], counts)]
      const last = came.length - 1
      if (last >= 0) expectSame(`packet ${last}`, came[last]!.bytes, packets[last]!.bytes)
      if (came.length < before || came.length > before + 1) {
        throw new Error(`expected one packet more at most, came ${came.length} after ${before}`)
      }
      before = came.length
      const isCut = end < file.length
      if (!isCut) expectSame('truncated', counts.truncated, 0)
      else if (counts.truncated === 0 && !isBorder(file, end)) {
        throw new Error(`expected a file that ends at ${end} to be truncated, came 0`)
      }
    }
    expectSame('packets of the whole file', before, packets.length)
  }
  return kinds.length
}

/** Whether a record or block of the files above ends there. */
function isBorder(file: Uint8Array, end: number): boolean {
  const view = new DataView(file.buffer, file.byteOffset)
  const isNg = view.getUint32(0) === 0x0a0d0d0a
  const next = (at: number) => (isNg ? view.getUint32(at + 4) : 16 + view.getUint32(at + 8, true))
  let at = isNg ? 0 : 24
  while (at < end) at += next(at)
  return at === end
}

export function madePackets(count: number, links: number): MadePacket[] {
  const random = new SimRandom(count)
  const blocks = ['enhanced', 'old', 'simple'] as const
  return Array.from({ length: count }, (_, i): MadePacket => {
    const block = links === 1 ? 'enhanced' : blocks[random.below(3)]!
    const link = block === 'simple' ? 0 : random.below(links)
    const length = 1 + random.below(100)
    // The first interface keeps 64 bytes of a packet; a simple block does not say how many.
    const captured = link === 0 && links > 1 ? Math.min(length, 64) : length
    const bytes = Uint8Array.from({ length: captured }, () => random.below(256))
    const timeNs = START_NS + BigInt(i) * 1_000_000_007n
    return { timeNs, link, bytes, length, block }
  })
}
