import { ByteQueue } from './byte-queue.ts'
import {
  BadCaptureFile,
  type CapturedPacket,
  type CaptureFileCounts,
  newCaptureFileCounts,
} from './captured-packet.ts'
import { MORE, need, type Parsed, type Parser } from './parsing.ts'
import { pcapMagic, pcapPackets } from './pcap-file.ts'
import { pcapngPackets, SECTION_HEADER } from './pcapng-file.ts'

/**
 * Reads a capture file, pcap or pcapng, as it comes: chunks of any size, such as those of Node's
 * `createReadStream` or of a browser's `ReadableStream`, and files of any length, since it holds no
 * more of one than a chunk and a block. Byte orders, micro- and nanoseconds and other resolutions,
 * several sections and interfaces, and packet blocks of all three kinds are understood; other
 * blocks are passed over.
 *
 * A file that ends within a record has given all before it, and is counted as truncated; so is a
 * packet that cannot be, in `counts`, which may be given to look at. Throws BadCaptureFile, whose
 * sentence says at which byte, for what is no capture file, and where lengths make no sense.
 */
export async function* readCaptureFile(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  counts: CaptureFileCounts = newCaptureFileCounts(),
): AsyncGenerator<CapturedPacket, void, undefined> {
  const parsing = new Parsing(counts)
  for await (const chunk of chunks) yield* parsing.packets(chunk)
  parsing.end()
}

/** The same of chunks that are there when they are asked for, such as a file in memory. */
export function* captureFilePackets(
  chunks: Iterable<Uint8Array>,
  counts: CaptureFileCounts = newCaptureFileCounts(),
): Generator<CapturedPacket, void, undefined> {
  const parsing = new Parsing(counts)
  for (const chunk of chunks) yield* parsing.packets(chunk)
  parsing.end()
}

class Parsing {
  readonly #queue = new ByteQueue()
  readonly #parser: Parser

  constructor(readonly counts: CaptureFileCounts) {
    this.#parser = anyPackets({ queue: this.#queue, counts })
  }

  /** The packets that are whole by the end of a chunk. */
  *packets(chunk: Uint8Array): Generator<CapturedPacket, void, undefined> {
    this.#queue.push(chunk)
    for (;;) {
      const { value } = this.#parser.next()
      if (value === MORE || value === undefined) return
      yield value
    }
  }

  end(): void {
    if (this.#queue.taken === 0) throw new BadCaptureFile(tooShort(this.#queue.length))
    if (this.#queue.length > 0) this.counts.truncated = 1
  }
}

function* anyPackets(parsed: Parsed): Parser {
  const { queue } = parsed
  yield* need(queue, 4)
  const first = queue.u32(0, false)
  const magic = pcapMagic(first)
  if (magic !== undefined) yield* pcapPackets(parsed, magic)
  else if (first === SECTION_HEADER) yield* pcapngPackets(parsed)
  else throw new BadCaptureFile(notOne(first))
}

/** A file of fewer bytes than the header has nothing in it. */
function tooShort(bytes: number): string {
  return `expected a pcap or pcapng file, came ${bytes} bytes, which are less than its header`
}

const GZIP = 0x1f8b

function notOne(first: number): string {
  const expected = 'at byte 0: expected a pcap file (a1b2c3d4 or a1b23c4d) or pcapng (0a0d0d0a)'
  const cure = first >>> 16 === GZIP ? ', which is gzip: unpack it first' : ''
  return `${expected}, came ${first.toString(16).padStart(8, '0')}${cure}`
}
