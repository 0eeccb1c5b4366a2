import { closeSync, openSync, readSync } from 'node:fs'
import {
  ArrayBytes,
  BadCaptureFile,
  captureFilePackets,
  type CapturedPacket,
  type CaptureFileCounts,
  flowOfTuple,
  FlowTuple,
  frameTuple,
  LINK_TYPE,
  newCaptureFileCounts,
  standardKey,
  Toeplitz,
} from '@smpnet/netisr'
import { UsageError } from '../../options/usage-error.ts'

/** Packets of a file that are brought again: those behind are counted, and in no figure. */
const MOST_PACKETS = 1_000_000
const CHUNK_BYTES = 1 << 18
const MOST_SOURCES = 0xffff

/** What a capture file has in it, as far as dispatching looks at it. */
export interface CaptureFile {
  readonly path: string
  /** Ns since the first packet, the flow's number or 0, and the interface, of each packet. */
  readonly timesNs: Float64Array
  readonly flows: Int32Array
  readonly sources: Uint16Array
  readonly counts: CaptureFileCounts
  /** Packets behind those. */
  readonly left: number
  /** Packets whose time is before that of one before them: they come with that one. */
  readonly early: number
  /** Link types in whose frames no flow is looked for. */
  readonly unread: readonly number[]
}

const known = new Map<string, CaptureFile>()

/** Reads a file, in pieces, once. Throws a UsageError with the sentence for one that is none. */
export function readCapture(path: string): CaptureFile {
  const before = known.get(path)
  if (before !== undefined) return before
  const file = attempt(path)
  known.set(path, file)
  return file
}

function attempt(path: string): CaptureFile {
  try {
    return gathered(path)
  } catch (error) {
    const isKnown = error instanceof BadCaptureFile || isOfSystem(error)
    if (!isKnown) throw error
    throw new UsageError(`expected --pcap to be a capture file, got "${path}": ${error.message}`)
  }
}

function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

function gathered(path: string): CaptureFile {
  const counts = newCaptureFileCounts()
  const packets = new Gathered()
  for (const packet of captureFilePackets(chunksOf(path), counts)) packets.add(packet)
  if (packets.length === 0) throw new BadCaptureFile(noneText(counts))
  const { timesNs, flows, sources, left, early, unread } = packets
  return {
    path,
    timesNs: Float64Array.from(timesNs),
    flows: Int32Array.from(flows),
    sources: Uint16Array.from(sources),
    counts,
    left,
    early,
    unread: [...unread],
  }
}

function noneText({ malformed, truncated }: CaptureFileCounts): string {
  const besides = [
    malformed > 0 ? `${malformed} that cannot be read` : '',
    truncated > 0 ? 'one that is cut off' : '',
  ].filter((text) => text !== '')
  return ['expected at least one packet, came none', ...besides].join(', and ')
}

const READ: ReadonlySet<number> = new Set(Object.values(LINK_TYPE))

function* chunksOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  const chunk = new Uint8Array(CHUNK_BYTES)
  try {
    for (let bytes = readSync(file, chunk); bytes > 0; bytes = readSync(file, chunk)) {
      yield chunk.subarray(0, bytes)
    }
  } finally {
    closeSync(file)
  }
}

/** Packets of several interfaces may not be in order: none comes before the one before it. */
class Gathered {
  readonly timesNs: number[] = []
  readonly flows: number[] = []
  readonly sources: number[] = []
  left = 0
  early = 0
  readonly unread = new Set<number>()
  readonly #toeplitz = new Toeplitz(standardKey())
  readonly #tuple = new FlowTuple()
  readonly #bytes = new ArrayBytes()
  #firstNs: bigint | undefined
  #lastNs = 0

  get length(): number {
    return this.timesNs.length
  }

  add({ timeNs, linkType, link, bytes }: CapturedPacket): void {
    if (this.length === MOST_PACKETS) {
      this.left++
      return
    }
    if (timeNs !== undefined) {
      this.#firstNs ??= timeNs
      const ns = Number(timeNs - this.#firstNs)
      if (ns < this.#lastNs) this.early++
      else this.#lastNs = ns
    }
    if (!READ.has(linkType)) this.unread.add(linkType)
    this.#bytes.bytes = bytes
    frameTuple(linkType, this.#bytes, bytes.length, this.#tuple)
    this.timesNs.push(this.#lastNs)
    this.flows.push(flowOfTuple(this.#toeplitz, this.#bytes, this.#tuple))
    this.sources.push(Math.min(link, MOST_SOURCES))
  }
}
