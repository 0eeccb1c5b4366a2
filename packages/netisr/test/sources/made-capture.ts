/** Writes capture files of every kind, plainly and in one go, for the reader to be tested by. */
export interface MadePacket {
  readonly timeNs: bigint
  readonly link: number
  readonly bytes: Uint8Array
  readonly length: number
  /** Of pcapng: which kind of block it is in; enhanced unless told. */
  readonly block?: 'enhanced' | 'simple' | 'old'
  /** Of pcapng: how many bytes it says were captured, where that is a lie. */
  readonly claims?: number
}

export interface MadeInterface {
  readonly linkType: number
  readonly snapBytes: number
  /** As the option has it; absent for none. */
  readonly resolution?: number
  readonly offsetS?: bigint
}

export class ByteWriter {
  readonly bytes: number[] = []

  constructor(readonly isLittle: boolean) {}

  u16(value: number): this {
    const pair = [value & 255, value >>> 8]
    this.bytes.push(...(this.isLittle ? pair : pair.toReversed()))
    return this
  }

  u32(value: number): this {
    const four = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
    this.bytes.push(...(this.isLittle ? four : four.toReversed()))
    return this
  }

  put(bytes: ArrayLike<number>, to = 1): this {
    this.bytes.push(...Array.from(bytes))
    while (this.bytes.length % to !== 0) this.bytes.push(0)
    return this
  }
}

export function madePcap(
  packets: readonly MadePacket[],
  { isLittle, isNs, linkType }: { isLittle: boolean; isNs: boolean; linkType: number },
): Uint8Array {
  const to = new ByteWriter(isLittle)
  to.u32(isNs ? 0xa1b23c4d : 0xa1b2c3d4)
    .u16(2)
    .u16(4)
    .u32(0)
    .u32(0)
    .u32(65535)
  // Its upper bits say that four bytes of checksum follow each packet, which readers may leave.
  to.u32(0x24000000 | linkType)
  for (const { timeNs, bytes, length } of packets) {
    const fraction = timeNs % 1_000_000_000n
    to.u32(Number(timeNs / 1_000_000_000n)).u32(Number(isNs ? fraction : fraction / 1000n))
    to.u32(bytes.length).u32(length).put(bytes)
  }
  return Uint8Array.from(to.bytes)
}

export interface MadeSection {
  readonly isLittle: boolean
  readonly interfaces: readonly MadeInterface[]
  readonly packets: readonly MadePacket[]
}

export function madePcapng(sections: readonly MadeSection[]): Uint8Array {
  return Uint8Array.from(sections.flatMap(sectionBytes))
}

function sectionBytes({ isLittle, interfaces, packets }: MadeSection): number[] {
  const head = body(isLittle).u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff)
  const blocks = [framed(isLittle, 0x0a0d0d0a, head)]
  for (const { linkType, snapBytes, resolution, offsetS } of interfaces) {
    const to = body(isLittle).u16(linkType).u16(0).u32(snapBytes)
    to.u16(2).u16(3).put([101, 109, 48, 0])
    if (resolution !== undefined) to.u16(9).u16(1).put([resolution, 0, 0, 0])
    if (offsetS !== undefined) {
      const halves = [
        Number(BigInt.asUintN(32, offsetS)),
        Number(BigInt.asUintN(32, offsetS >> 32n)),
      ]
      const [first, second] = isLittle ? halves : halves.toReversed()
      to.u16(14).u16(8).u32(first!).u32(second!)
    }
    blocks.push(framed(isLittle, 1, to.u16(0).u16(0)))
  }
  // Statistics of the first interface: a block without packets.
  blocks.push(framed(isLittle, 5, body(isLittle).u32(0).u32(0).u32(0)))
  for (const packet of packets) blocks.push(packetBlock(isLittle, packet, interfaces))
  return blocks.flat()
}

function packetBlock(
  isLittle: boolean,
  { timeNs, link, bytes, length, block = 'enhanced', claims = bytes.length }: MadePacket,
  interfaces: readonly MadeInterface[],
): number[] {
  const to = body(isLittle)
  if (block === 'simple') return framed(isLittle, 3, to.u32(length).put(bytes, 4))
  const units = unitsOf(timeNs, interfaces[link] ?? interfaces[0]!)
  if (block === 'old') to.u16(link).u16(0)
  else to.u32(link)
  to.u32(Number(units >> 32n)).u32(Number(units & 0xffffffffn))
  to.u32(claims).u32(length).put(bytes, 4)
  return framed(isLittle, block === 'old' ? 2 : 6, to.u16(0).u16(0))
}

/** What a time is in the units of its interface. */
export function unitsOf(timeNs: bigint, { resolution = 6, offsetS = 0n }: MadeInterface): bigint {
  const perS = resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution)
  return ((timeNs - offsetS * 1_000_000_000n) * perS) / 1_000_000_000n
}

function body(isLittle: boolean): ByteWriter {
  return new ByteWriter(isLittle)
}

function framed(isLittle: boolean, type: number, { bytes }: ByteWriter): number[] {
  const size = bytes.length + 12
  return new ByteWriter(isLittle).u32(type).u32(size).put(bytes).u32(size).bytes
}
