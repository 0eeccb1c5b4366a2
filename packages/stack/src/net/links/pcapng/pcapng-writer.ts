import {
  block,
  type BlockOption,
  byteOption,
  longOption,
  textOption,
  timeOption,
  timeWords,
  wordOption,
} from './block.ts'

/** Types of blocks, by the draft's section 4. */
const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const INTERFACE_STATISTICS = 5
const ENHANCED_PACKET = 6

/** By its order a reader sees whether numbers are little-endian. */
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
/** Version 1.0, and a section whose length is not known beforehand: -1 in 64 bits. */
const VERSION = 1
const UNKNOWN = 0xffffffff

/** Packets that begin with an IPv4 or IPv6 header, without any of a link. */
export const LINKTYPE_RAW = 101

/** Codes of the options that are written, by block. */
const SECTION_OPTION = { application: 4 } as const
const INTERFACE_OPTION = { name: 2, speed: 8, resolution: 9 } as const
const PACKET_OPTION = { flags: 2 } as const
const STATISTICS_OPTION = { start: 2, end: 3, received: 4, osDrops: 7, delivered: 8 } as const
/** Times are in units of 10^-9 s. */
const NANOSECONDS = 9

/** Which way a packet went: what its flags say in their two lowest bits. */
export const DIRECTION = { inbound: 1, outbound: 2 } as const
export type Direction = (typeof DIRECTION)[keyof typeof DIRECTION]

export interface PcapngInterface {
  readonly name: string
  /** Bytes of each packet that are kept at most; 0 for all of them. */
  readonly snapBytes: number
  readonly bitsPerSecond?: number | undefined
}

export interface PcapngPacket {
  /** The number that `interface` gave. */
  readonly link: number
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint
  readonly direction: Direction
  /** Bytes that the packet had. */
  readonly length: number
  /** Those of them that were kept, from the first on. */
  readonly bytes: Uint8Array
}

export interface PcapngStatistics {
  readonly link: number
  readonly startNs: bigint
  readonly endNs: bigint
  /** Packets that came by, those of them for which there was no room, and those in the file. */
  readonly received: number
  readonly dropped: number
  readonly delivered: number
}

/**
 * Makes the blocks of a capture file that Wireshark and tcpdump read: each call returns one, for
 * its caller to put behind those before. A section header comes first; an interface is described
 * before its packets.
 */
export class PcapngWriter {
  readonly #interfaces: PcapngInterface[] = []

  /** The block that begins a file. */
  section(application: string): Uint8Array {
    const words = [BYTE_ORDER_MAGIC, VERSION, UNKNOWN, UNKNOWN]
    return block(SECTION_HEADER, words, [textOption(SECTION_OPTION.application, application)])
  }

  /** Describes the next interface; the first has number 0. */
  interface(described: PcapngInterface): Uint8Array {
    this.#interfaces.push(described)
    const { name, snapBytes, bitsPerSecond } = described
    const options: BlockOption[] = [textOption(INTERFACE_OPTION.name, name)]
    if (bitsPerSecond !== undefined) {
      options.push(longOption(INTERFACE_OPTION.speed, bitsPerSecond))
    }
    options.push(byteOption(INTERFACE_OPTION.resolution, NANOSECONDS))
    return block(INTERFACE_DESCRIPTION, [LINKTYPE_RAW, snapBytes], options)
  }

  /**
   * A packet. Throws a RangeError for an interface that was not described, and for more bytes than
   * the packet had or its interface keeps.
   */
  packet({ link, timeNs, direction, length, bytes }: PcapngPacket): Uint8Array {
    const { name, snapBytes } = this.#described(link)
    const most = snapBytes === 0 ? length : Math.min(length, snapBytes)
    if (bytes.length > most) {
      throw new RangeError(
        `of a packet of ${length} bytes ${name} keeps ${most} at most: ${bytes.length} came`,
      )
    }
    const words = [link, ...timeWords(timeNs), bytes.length, length]
    return block(ENHANCED_PACKET, words, [wordOption(PACKET_OPTION.flags, direction)], bytes)
  }

  /** What was counted of an interface. Throws a RangeError for one that was not described. */
  statistics({ link, startNs, endNs, ...counts }: PcapngStatistics): Uint8Array {
    this.#described(link)
    return block(
      INTERFACE_STATISTICS,
      [link, ...timeWords(endNs)],
      [
        timeOption(STATISTICS_OPTION.start, startNs),
        timeOption(STATISTICS_OPTION.end, endNs),
        longOption(STATISTICS_OPTION.received, counts.received),
        longOption(STATISTICS_OPTION.osDrops, counts.dropped),
        longOption(STATISTICS_OPTION.delivered, counts.delivered),
      ],
    )
  }

  #described(link: number): PcapngInterface {
    const found = this.#interfaces[link]
    if (found !== undefined) return found
    throw new RangeError(
      `an interface is described before its packets: number ${link} came, and ` +
        `${this.#interfaces.length} are described`,
    )
  }
}
