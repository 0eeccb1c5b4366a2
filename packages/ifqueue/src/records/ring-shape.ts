import { alignUp, CACHE_LINE_BYTES, came, expectOptions, layout, word } from '@smpnet/memory'
import { MOST_CELLS, MOST_OWNERS } from './header.ts'

/** How many threads send and receive: one, or many, of each. */
export type QueueKind = 'spsc' | 'mpsc' | 'spmc' | 'mpmc'

export const KINDS: readonly QueueKind[] = ['spsc', 'mpsc', 'spmc', 'mpmc']

/** A ring of records, as figures, which can be cloned and compared. */
export interface RingShape {
  readonly kind: QueueKind
  /** Cells, a power of two. */
  readonly cells: number
  /**
   * The longest record of a cell, if each record has one; 0 if a record has as many as it needs.
   */
  readonly recordBytes: number
  /** Threads that use it at once, at most. */
  readonly threads: number
}

/** What all threads of a ring see, before its cells. */
export const RING = layout('ring of records', {
  /** (a) Says that a ring is here, and in which version it is laid out. */
  magic: word('a', 'ring'),
  /** (a) The kind, as an index; then the other figures of the shape. */
  kind: word('a', 'ring'),
  cells: word('a', 'ring'),
  recordBytes: word('a', 'ring'),
  threads: word('a', 'ring'),
  /** (x) CLOSED, and who is missing: see `life.ts`. */
  life: word('x', 'ring'),
  /** (x) Not 0 while a record may be RETURNED. */
  returned: word('x', 'ring'),
  /** (x) Threads that have ended. */
  deaths: word('x', 'ring'),
  /** (x) Where the next record goes; of a sole producer's ring (o), written before it commits. */
  tail: word('x', 'producers'),
  /** (o) Where the sole producer began what it commits. */
  tailFrom: word('o', 'producers'),
  /** (x) The sole producer: its thread's number and 1; 0 while there is none. */
  producer: word('x', 'producers'),
  /** (x) The next record to be taken; of a sole consumer's ring (o), written before it frees. */
  head: word('x', 'consumers'),
  /** (o) Where the record begins that the sole consumer frees. */
  headFrom: word('o', 'consumers'),
  /** (x) The sole consumer: its thread's number and 1; 0 while there is none. */
  consumer: word('x', 'consumers'),
  /** (x) How consumers wait for records, as `Want` says; then how often one was about to sleep. */
  wantData: word('x', 'data'),
  dataWaits: word('x', 'data'),
  /** (x) How producers wait for space; then how often one was about to sleep. */
  wantSpace: word('x', 'space'),
  spaceWaits: word('x', 'space'),
})

/** Changes with the layout. */
export const RING_MAGIC = 0x52696e03

/** Bytes of a cell where records have as many as they need: a line. */
export const CELL_BYTES = CACHE_LINE_BYTES
/** Before a record of one cell: its header and its length. */
export const INLINE_BYTES = 8
/** Of a cell in the table of headers: its header, its record's length, and its cells. */
export const HEADER_BYTES = 16
/** Of a cell of one producer and one consumer: the word that `pair.ts` writes of its record. */
export const WORD_BYTES = 4

/** What a user says of a queue. */
export interface QueueShape {
  /**
   * `spsc`: one thread sends and one receives; `mpsc`: many send; `spmc`: many receive; `mpmc`,
   * unless told: many of both. One of each is the fastest.
   */
  readonly kind?: QueueKind
  /** Records of a fixed size: the bytes that one can have, from 1. */
  readonly recordBytes?: number
  /** How many of these the queue holds, rounded up to a power of two; 1024 unless told. */
  readonly records?: number
  /**
   * Records of any size: the bytes of the ring, rounded up to a power of two; 1 MiB unless told.
   */
  readonly bytes?: number
  /** Threads that use the queue at once; 32 unless told, and 255 at most. */
  readonly threads?: number
}

const NAMES = ['kind', 'recordBytes', 'records', 'bytes', 'threads']
const MOST_RECORD_BYTES = 1 << 28

/** The figures of a queue. Throws a RangeError for those that cannot be, TypeError for names. */
export function wholeShape(shape: QueueShape = {}): RingShape {
  expectOptions('a queue', shape)
  const strange = Object.keys(shape).find((name) => !NAMES.includes(name))
  if (strange !== undefined) {
    throw new TypeError(`a queue is told ${NAMES.join(', ')}: ${strange} came`)
  }
  const { kind = 'mpmc', recordBytes, records, bytes, threads = 32 } = shape
  if (!KINDS.includes(kind)) {
    throw new RangeError(`the kind of a queue is one of ${KINDS.join(', ')}: ${came(kind)} came`)
  }
  expectCount('threads of a queue', threads, MOST_OWNERS)
  if (recordBytes === undefined) {
    if (records !== undefined) throw ofOneSize('records', 'recordBytes')
    return { kind, cells: cellsOf(bytes ?? 1 << 20), recordBytes: 0, threads }
  }
  if (bytes !== undefined) throw ofOneSize('recordBytes', 'records')
  expectCount('bytes of a record', recordBytes, MOST_RECORD_BYTES)
  expectCount('records of a queue', records ?? 1024, MOST_CELLS)
  return { kind, cells: powerOf(records ?? 1024), recordBytes, threads }
}

/**
 * Bytes from the address of a ring to its threads' roles, its cells, and its end. Where there is a
 * header for many threads, a record of one size stands behind its own; records of any size, and
 * those of one producer and one consumer, are apart from the table of what is said of them, so that
 * they begin where lines do.
 */
export function partsOf({ kind, cells, recordBytes, threads }: RingShape) {
  const headers = RING.size + alignUp(threads * 4, CACHE_LINE_BYTES)
  const isPair = kind === 'spsc'
  const dataStride = recordBytes === 0 ? CELL_BYTES : alignUp(recordBytes, 8)
  if (recordBytes > 0 && !isPair) {
    const stride = INLINE_BYTES + dataStride
    const end = headers + alignUp(cells * stride, CACHE_LINE_BYTES)
    return {
      roles: RING.size,
      headers,
      stride,
      data: headers + INLINE_BYTES,
      dataStride: stride,
      end,
    }
  }
  const stride = isPair ? WORD_BYTES : HEADER_BYTES
  const data = headers + alignUp(cells * stride, CACHE_LINE_BYTES)
  const end = data + alignUp(cells * dataStride, CACHE_LINE_BYTES)
  return { roles: RING.size, headers, stride, data, dataStride, end }
}

function cellsOf(bytes: number): number {
  expectCount('bytes of a ring', bytes, MOST_CELLS * CELL_BYTES)
  return powerOf(Math.ceil(bytes / CELL_BYTES))
}

/** At least 2, so that a lap is seen to be another. */
function powerOf(count: number): number {
  return Math.max(2, 2 ** Math.ceil(Math.log2(count)))
}

function expectCount(what: string, count: number, most: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return
  throw new RangeError(
    `${what}: a whole number from 1 to ${most} was expected, ${came(count)} came`,
  )
}

function ofOneSize(one: string, other: string): TypeError {
  return new TypeError(
    'a queue has `records` of `recordBytes` each, or `bytes` for records of any size: ' +
      `${one} came ${one === 'records' ? `without ${other}` : 'with bytes'}`,
  )
}
