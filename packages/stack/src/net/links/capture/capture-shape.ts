import { type Address, alignUp, type Arena, layout, word, words } from '@smpnet/memory'
import { NS_WORDS } from '../ns-words.ts'

/** The ring of one CPU; bytes of records follow, a power of two of them. */
export const RING = layout('capture ring', {
  /** (x) Written by the ring's CPU: bytes of records that it has published; wrapping. */
  written: word('x', 'writer'),
  /** (x) Written by the reader: bytes of records that it has taken; wrapping. */
  taken: word('x', 'reader'),
})

/** What a CPU counts of each link. (x) Written by the ring's CPU, read by any. */
export const COUNTS = layout('capture counts', {
  /** Packets that came by, and those of them for which the ring had no room. */
  seen: word('x'),
  dropped: word('x'),
})

/**
 * A record: its packet's bytes follow. (o) All of it belongs to the ring's CPU until `written`
 * covers it, and then to the reader until `taken` does.
 */
export const RECORD = layout('capture record', {
  /** Bytes of the whole record, up to where the next one begins. */
  size: word('o'),
  /** Of `DIRECTION`, or `SKIPPED`: nothing here, up to the end of the ring. */
  direction: word('o'),
  time: words(NS_WORDS, 'o'),
  link: word('o'),
  /** Bytes that the packet had, and that were copied. */
  length: word('o'),
  captured: word('o'),
  unused: word('a'),
})
export const SKIPPED = 0

/** What is to be captured, and how much room it gets. */
export interface CaptureShape {
  /** CPUs, attached threads included: each has a ring. */
  readonly places: number
  /** Names of the links; `tap` finds them by their place in this list. */
  readonly links: readonly string[]
  /** Bytes of each ring: a power of two, for two packets at least. 1 MiB unless told. */
  readonly ringBytes?: number
  /** Bytes of each packet that are kept at most. 256 unless told. */
  readonly snapBytes?: number
}

/** Where the rings are in memory; it can be cloned and posted. */
export interface CaptureHandle extends Required<CaptureShape> {
  readonly at: Address
}

const RING_BYTES = 1 << 20
const SNAP_BYTES = 256
const MOST_RING_BYTES = 1 << 30

/** Places the rings. Throws a RangeError for figures that cannot be, and OutOfMemory. */
export function placeCapture(arena: Arena, shape: CaptureShape): CaptureHandle {
  const { places, links, ringBytes = RING_BYTES, snapBytes = SNAP_BYTES } = shape
  expect('places', places, 1, 1 << 16)
  expect('links', links.length, 1, 1 << 8)
  expect('snapBytes', snapBytes, 1, 0xffff)
  const least = 2 * recordBytes(snapBytes)
  expect('ringBytes', ringBytes, least, MOST_RING_BYTES)
  if (!Number.isInteger(Math.log2(ringBytes))) {
    throw new RangeError(`ringBytes: expected a power of two, came ${ringBytes}`)
  }
  const whole = { places, links, ringBytes, snapBytes }
  return { ...whole, at: arena.place('capture rings', places * strideOf(whole)) }
}

/** Bytes that `placeCapture` takes. */
export function captureBytes(shape: CaptureShape): number {
  const { places, links, ringBytes = RING_BYTES } = shape
  return places * strideOf({ links, ringBytes })
}

/** Bytes from one ring to the next. */
export function strideOf({ links, ringBytes }: Pick<CaptureHandle, 'links' | 'ringBytes'>) {
  return RING.size + alignUp(links.length * COUNTS.size, RING.align) + ringBytes
}

/** Bytes of the record of so many captured bytes: whole headers, so that one always has room. */
export function recordBytes(captured: number): number {
  return alignUp(RECORD.size + captured, RECORD.size)
}

function expect(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${what}: expected a whole number from ${least} to ${most}, came ${value}`)
}
