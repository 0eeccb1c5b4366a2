import { PcapngWriter } from '../pcapng/pcapng-writer.ts'
import type { CapturedPacket } from './capture-ring.ts'
import { recordBytes } from './capture-shape.ts'
import type { CaptureRings } from './tap.ts'

/** What was captured of one link. */
export interface CaptureCounts {
  readonly name: string
  /** Packets that came by. */
  readonly seen: number
  /** Those of them for which a ring, or the reader, had no room. */
  readonly dropped: number
}

export interface FileOptions {
  /** When the machine started, in ns since 1970; 0 unless told, as in simulated time. */
  readonly originNs?: bigint
  /** The program that writes the file. */
  readonly application?: string
}

/**
 * Takes packets out of the rings and makes one file of them, in the order of their times. One
 * reader at a time; it may collect while packets come by, so that rings need not hold all of them.
 */
export class CaptureReader {
  readonly #packets: CapturedPacket[] = []
  readonly #left: number[]
  #bytes = 0

  constructor(
    readonly captures: CaptureRings,
    /** Bytes that it keeps at most, each packet with the room that it has in a ring. */
    readonly mostBytes: number = Number.POSITIVE_INFINITY,
  ) {
    this.#left = captures.handle.links.map(() => 0)
  }

  /** Takes what the rings hold now, and says how many packets that was. */
  collect(): number {
    const taken = this.captures.rings.flatMap((ring) => ring.take())
    for (const packet of taken) this.#keep(packet)
    return taken.length
  }

  /** All that was collected, by time; what two CPUs captured at one ns, by their numbers. */
  packets(): readonly CapturedPacket[] {
    return this.#packets.toSorted((one, other) => one.timeNs - other.timeNs)
  }

  /** What was counted, by link. Exact when nothing is captured meanwhile. */
  counts(): CaptureCounts[] {
    const { rings, handle } = this.captures
    const sum = (link: number, name: 'seen' | 'dropped'): number => {
      return rings.reduce((total, ring) => total + ring.count(link, name), 0)
    }
    return handle.links.map((name, link) => {
      const dropped = sum(link, 'dropped') + this.#left[link]!
      return { name, seen: sum(link, 'seen'), dropped }
    })
  }

  /** A pcapng file of what was collected. */
  file({ originNs = 0n, application = 'smpnet' }: FileOptions = {}): Uint8Array {
    const writer = new PcapngWriter()
    const packets = this.packets()
    const blocks = [writer.section(application)]
    for (const name of this.captures.handle.links) {
      blocks.push(writer.interface({ name, snapBytes: this.captures.handle.snapBytes }))
    }
    for (const packet of packets) {
      blocks.push(writer.packet({ ...packet, timeNs: originNs + BigInt(packet.timeNs) }))
    }
    const endNs = originNs + BigInt(packets.at(-1)?.timeNs ?? 0)
    this.counts().forEach(({ seen: received, dropped }, link) => {
      const delivered = packets.filter((packet) => packet.link === link).length
      blocks.push(
        writer.statistics({ link, startNs: originNs, endNs, received, dropped, delivered }),
      )
    })
    return joined(blocks)
  }

  #keep(packet: CapturedPacket): void {
    const bytes = recordBytes(packet.bytes.length)
    if (this.#bytes + bytes > this.mostBytes) {
      this.#left[packet.link]! += 1
      return
    }
    this.#bytes += bytes
    this.#packets.push(packet)
  }
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(blocks.reduce((bytes, block) => bytes + block.length, 0))
  let at = 0
  for (const block of blocks) {
    file.set(block, at)
    at += block.length
  }
  return file
}
