import type { ByteQueue } from './byte-queue.ts'
import { BadCaptureFile, type CapturedPacket } from './captured-packet.ts'
import { MOST_BLOCK_BYTES, need, type Parsed, type Parser } from './parsing.ts'
import { type FileInterface, interfaceOf, timeOf } from './pcapng-interface.ts'

/** Types of blocks (draft-ietf-opsawg-pcapng, section 4); the packet block is obsolete. */
export const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE = 1
const PACKET = 2
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6

const MAGIC = 0x1a2b3c4d
/** A type and a length before a block's body, and the length again behind it. */
const BEFORE_BODY = 8
const FRAME_BYTES = 12
const VERSION = 1
/** More interfaces in a section are damage: old packet blocks can name no more. */
const MOST_INTERFACES = 1 << 16

/** What of a section is known: its byte order, and its interfaces in the order of their blocks. */
interface Section {
  readonly isLittle: boolean
  readonly interfaces: FileInterface[]
}

/**
 * Gives the packets of a pcapng file, of all its sections. Throws BadCaptureFile for a block that
 * cannot be, since where the next one begins is not known then.
 */
export function* pcapngPackets({ queue, counts }: Parsed): Parser {
  let section: Section | undefined
  for (;;) {
    yield* need(queue, FRAME_BYTES)
    if (queue.u32(0, false) === SECTION_HEADER) section = sectionOf(queue)
    if (section === undefined) throw bad(queue, 'a section header first', 'another block')
    const { isLittle } = section
    const type = queue.u32(0, isLittle)
    const size = sizeOf(queue, type, isLittle)
    yield* need(queue, size)
    const again = queue.u32(size - 4, isLittle)
    if (again !== size) {
      throw bad(queue, `a block of ${size} bytes to end with its length`, `${again}`)
    }
    const packet = packetOf(type, section, queue, size)
    if (packet === undefined) noteOther(type, section, queue, size)
    if (packet === 'malformed') counts.malformed++
    else if (packet !== undefined) counts.packets++
    else if (type !== INTERFACE && type !== SECTION_HEADER) counts.skipped++
    queue.take(size)
    if (typeof packet === 'object') yield packet
  }
}

/** A new section, whose third word says its byte order. */
function sectionOf(queue: ByteQueue): Section {
  const isLittle = queue.u32(BEFORE_BODY, true) === MAGIC
  if (isLittle || queue.u32(BEFORE_BODY, false) === MAGIC) return { isLittle, interfaces: [] }
  const came = queue.u32(BEFORE_BODY, false).toString(16)
  throw bad(queue, 'the byte-order magic 1a2b3c4d in a section header', came)
}

function sizeOf(queue: ByteQueue, type: number, isLittle: boolean): number {
  const size = queue.u32(4, isLittle)
  const least = LEAST.get(type) ?? FRAME_BYTES
  if (size >= least && size <= MOST_BLOCK_BYTES && size % 4 === 0) return size
  const range = `from ${least} to ${MOST_BLOCK_BYTES} bytes, in words of 4`
  throw bad(queue, `a block of type ${type} to have ${range}`, `${size}`)
}

/** The bytes that blocks have at least, by their fields that are always there. */
const LEAST: ReadonlyMap<number, number> = new Map([
  [SECTION_HEADER, FRAME_BYTES + 16],
  [INTERFACE, FRAME_BYTES + 8],
  [PACKET, FRAME_BYTES + 20],
  [SIMPLE_PACKET, FRAME_BYTES + 4],
  [ENHANCED_PACKET, FRAME_BYTES + 20],
])

/** Where a packet's bytes and figures are in its block. */
interface Fields {
  readonly link: number
  readonly captured: number
  readonly length: number
  readonly at: number
  readonly timeNs: bigint | undefined
}

function packetOf(
  type: number,
  { isLittle, interfaces }: Section,
  queue: ByteQueue,
  size: number,
): CapturedPacket | 'malformed' | undefined {
  if (type !== ENHANCED_PACKET && type !== PACKET && type !== SIMPLE_PACKET) return undefined
  const isOld = type === PACKET
  const link = type === SIMPLE_PACKET ? 0 : isOld ? queue.u16(8, isLittle) : queue.u32(8, isLittle)
  const own = interfaces[link]
  if (own === undefined) return 'malformed'
  const { captured, length, at, timeNs } =
    type === SIMPLE_PACKET ? simple(queue, isLittle, own) : enhanced(queue, isLittle, own, link)
  if (captured > size - at - 4) return 'malformed'
  return { timeNs, linkType: own.linkType, link, bytes: queue.copy(at, captured), length }
}

/** It says no time, and how many bytes it keeps follows from its interface (section 4.4). */
function simple(queue: ByteQueue, isLittle: boolean, { snapBytes }: FileInterface): Fields {
  const length = queue.u32(8, isLittle)
  const captured = snapBytes === 0 ? length : Math.min(length, snapBytes)
  return { link: 0, captured, length, at: 12, timeNs: undefined }
}

function enhanced(queue: ByteQueue, isLittle: boolean, own: FileInterface, link: number): Fields {
  const timeNs = timeOf(own, queue.u32(12, isLittle), queue.u32(16, isLittle))
  const captured = queue.u32(20, isLittle)
  return { link, captured, length: queue.u32(24, isLittle), at: 28, timeNs }
}

/** A version that is not known may have other blocks; an interface is described. */
function noteOther(type: number, section: Section, queue: ByteQueue, size: number): void {
  const { isLittle, interfaces } = section
  if (
    type === INTERFACE &&
    interfaces.push(interfaceOf(queue, isLittle, size)) > MOST_INTERFACES
  ) {
    throw bad(queue, `at most ${MOST_INTERFACES} interfaces in a section`, 'one more')
  }
  if (type !== SECTION_HEADER) return
  const major = queue.u16(12, isLittle)
  if (major !== VERSION) throw bad(queue, `version ${VERSION} of pcapng`, `${major}`)
}

function bad(queue: ByteQueue, expected: string, came: string): BadCaptureFile {
  return new BadCaptureFile(`at byte ${queue.taken}: expected ${expected}, came ${came}`)
}
