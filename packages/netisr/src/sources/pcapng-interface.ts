import type { ByteQueue } from './byte-queue.ts'

/** An interface as its block describes it. */
export interface FileInterface {
  readonly linkType: number
  /** Bytes that are kept of each packet at most; 0 for all. */
  readonly snapBytes: number
  /** Units of its times in a second: a power of ten or of two. */
  readonly unitsPerS: bigint
  /** Seconds that are added to its times. */
  readonly offsetS: bigint
}

/** Codes of its options (draft-ietf-opsawg-pcapng, section 4.2), and the code that ends options. */
const OPTION = { end: 0, resolution: 9, offset: 14 } as const
/** Where options begin. */
const OPTIONS_AT = 16
/** Of a resolution: whether it is a power of two. */
const OF_TWO = 0x80
/** Unless told, times are in units of 10^-6 s. */
const MICROSECONDS = 6
const NS_PER_S = 1_000_000_000n

/** Reads the block at the head of the queue, all of which is there. */
export function interfaceOf(queue: ByteQueue, isLittle: boolean, size: number): FileInterface {
  let resolution = MICROSECONDS
  let offsetS = 0n
  const end = size - 4
  for (let at = OPTIONS_AT; at + 4 <= end; ) {
    const code = queue.u16(at, isLittle)
    const length = queue.u16(at + 2, isLittle)
    const value = at + 4
    // An option that is longer than its block is none.
    if (code === OPTION.end || value + length > end) break
    if (code === OPTION.resolution && length === 1) resolution = queue.u8(value)
    if (code === OPTION.offset && length === 8) offsetS = signed64(queue, value, isLittle)
    at = value + ((length + 3) & ~3)
  }
  return {
    linkType: queue.u16(8, isLittle),
    snapBytes: queue.u32(12, isLittle),
    unitsPerS: resolution & OF_TWO ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution),
    offsetS,
  }
}

/** A time of the interface, in two halves, as nanoseconds since 1970; what is finer is cut off. */
export function timeOf({ unitsPerS, offsetS }: FileInterface, high: number, low: number): bigint {
  const units = (BigInt(high) << 32n) | BigInt(low)
  return (units * NS_PER_S) / unitsPerS + offsetS * NS_PER_S
}

function signed64(queue: ByteQueue, at: number, isLittle: boolean): bigint {
  const [first, second] = [BigInt(queue.u32(at, isLittle)), BigInt(queue.u32(at + 4, isLittle))]
  const [high, low] = isLittle ? [second, first] : [first, second]
  return BigInt.asIntN(64, (high << 32n) | low)
}
