import {
  type Address,
  alignUp,
  CACHE_LINE_BYTES,
  came,
  checkMemoryBytes,
  expectShared,
  layout,
  type Memory,
  newShared,
  NIL,
  OutOfMemory,
  word,
  WORD_BYTES,
} from '@smpnet/memory'
import type { LotHandle } from '@smpnet/park'
import { BadHandle } from '../errors.ts'
import type { LockHandle, LockKind, PlacedLock } from '../words/lock-kind.ts'

export interface RegionOptions {
  /** The caller's own buffer, in whole cache lines of 64 bytes; a new one unless told. */
  readonly buffer?: SharedArrayBuffer
  /** Where in `buffer` the domain may begin, a multiple of 64; 0 unless told. */
  readonly at?: Address
  /**
   * How much room the domain has. Unless told, the rest of `buffer`; in a new one 128 KiB, or what
   * the lot takes and 56 KiB for locks if that is more.
   */
  readonly bytes?: number
}

export const REGION = layout('region', {
  /** (a) Says that a domain is here, and in which version it is laid out. */
  magic: word('a', 'region'),
  /** (a) Where the region ends. */
  limit: word('a', 'region'),
  /** (x) Where the next lock goes that is given no address. */
  end: word('x', 'region'),
  /** (x) The spin lock under which a thread looks whether an address is free. */
  placing: word('x', 'region'),
  /** (x) Written under `placing`: the tag of the lock given an address last; linked by `next`. */
  given: word('x', 'region'),
  /** (m) under `placing`: the tag that is being written there; NIL while none is. */
  giving: word('m', 'region'),
  /** (x) The tag of the lock that was placed last without an address; linked by `next`. */
  placed: word('x', 'region'),
  /** (a) Where the lot of the domain is, and its shape. */
  lot: word('a', 'region'),
  buckets: word('a', 'region'),
  cpus: word('a', 'region'),
  threads: word('a', 'region'),
  waiters: word('a', 'region'),
})

/**
 * What follows a lock that a domain has placed, and says that there is one, of which kind and in
 * which version of its layout: so a handle from another version, and a lock placed over another,
 * are found before they do harm, and a thread that ends is found in locks that nobody has opened.
 */
export const TAG = layout('tag', {
  /** (x) Written once, by the thread that places the lock: `tagOf` its kind. */
  kind: word('x'),
  /** (a) Bytes of the lock without its tag, and the tag of the one that was placed before it. */
  bytes: word('a'),
  next: word('a'),
  /** (a) Which words of the lock name somebody. */
  names: word('a'),
})

/** The high half of every tag's first word; no counter or address of this package looks like it. */
const TAG_MAGIC = 0x10c50000
const MAGIC = 0x10c40004
/** The words that say where the lot is, and its shape. */
const LOT = ['lot', 'buckets', 'cpus', 'threads', 'waiters'] as const
const DEFAULT_BYTES = 128 * 1024
/** What a new buffer has for locks at least, besides what its lot takes. */
const LOCKS_BYTES = 56 * 1024

/**
 * Where a domain goes whose lot takes `lotBytes`. Throws a RangeError for figures that cannot be,
 * and a TypeError for a buffer that is not shared.
 */
export function regionOf(
  { buffer, at = 0, bytes }: RegionOptions,
  lotBytes: number,
): Required<RegionOptions> {
  if (buffer === undefined) {
    const size = alignUp(
      bytes ?? Math.max(DEFAULT_BYTES, lotBytes + LOCKS_BYTES),
      CACHE_LINE_BYTES,
    )
    checkMemoryBytes(size)
    return { buffer: newShared(size), at: 0, bytes: size }
  }
  expectShared(buffer)
  const room = bytes ?? buffer.byteLength - at
  const isWhole = isLines(at) && isLines(room)
  if (isWhole && at >= 0 && room > 0 && at + room <= buffer.byteLength) {
    return { buffer, at, bytes: room }
  }
  throw new RangeError(
    `a domain is whole lines of 64 bytes of a buffer of ${buffer.byteLength}: ` +
      `${came(room)} bytes at ${came(at)} came`,
  )
}

/** The first word of the tag of a placed lock of this kind. */
export function tagOf(kind: Pick<LockKind, 'code' | 'version'>): number {
  return TAG_MAGIC | (kind.code << 8) | kind.version
}

/** The names of the kinds of which this thread has made or opened a lock, by the tags of these. */
const kindNames = new Map<number, string>()

/** What messages call a lock, of which a thread knows the kind that it has used. */
export function nameOf({ at, tag }: PlacedLock): string {
  return `the ${kindNames.get(tag) ?? 'lock'} at ${at}`
}

/** The part of a buffer that a domain manages: its parking lot, and locks without an address. */
export class DomainRegion {
  /** Bytes of a region in which nothing is placed. */
  static readonly bytes = REGION.size

  private constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly limit: Address,
  ) {}

  /** Takes a part of a memory over. Throws a RangeError unless its first line is zero. */
  static create(memory: Memory, at: Address, bytes: number): DomainRegion {
    if (bytes < REGION.size || memory.compareExchange(at + REGION.offset.magic, 0, MAGIC) !== 0) {
      throw new RangeError(`a domain begins where the buffer is zero: at ${at} it is not`)
    }
    memory.write(at + REGION.offset.limit, at + bytes)
    memory.store(at + REGION.offset.end, at + REGION.size)
    return new DomainRegion(memory, at, at + bytes)
  }

  /** Opens the region of a domain. Throws BadHandle when none is there. */
  static open(memory: Memory, at: Address): DomainRegion {
    const isInside = isLines(at) && at >= 0 && at < memory.size
    const found = isInside ? memory.read(at + REGION.offset.magic) : 0
    if (found === MAGIC) {
      return new DomainRegion(memory, at, memory.read(at + REGION.offset.limit))
    }
    throw new BadHandle(
      `the handle of a domain of this version leads to 0x${MAGIC.toString(16)}: ` +
        `0x${(found >>> 0).toString(16)} is at ${at}`,
    )
  }

  /** Notes the lot of a new domain, which all that open it find there. */
  set lot({ at, buckets, cpus, threads, waiters }: LotHandle) {
    const figures = { lot: at, buckets, cpus, threads, waiters }
    for (const name of LOT) this.memory.store(this.at + REGION.offset[name], figures[name])
  }

  get lot(): LotHandle {
    const [at, buckets, cpus, threads, waiters] = LOT.map((name) =>
      this.memory.load(this.at + REGION.offset[name]),
    )
    return { at: at!, buckets: buckets!, cpus: cpus!, threads: threads!, waiters: waiters! }
  }

  /** The address of `bytes` zero bytes on cache lines of their own. Throws OutOfMemory. */
  place(what: string, bytes: number): Address {
    const { memory } = this
    const wanted = alignUp(bytes, CACHE_LINE_BYTES)
    for (;;) {
      const end = memory.load(this.at + REGION.offset.end)
      const left = this.limit - end
      if (wanted > left) throw new OutOfMemory(what, wanted, left, this.limit - this.at)
      if (memory.compareExchange(this.at + REGION.offset.end, end, end + wanted) === end)
        return end
    }
  }

  /** Places a lock where nothing else can be. Throws OutOfMemory. */
  placeLock(kind: LockKind, bytes: number): Address {
    const at = this.place(kind.name, bytes + TAG.size)
    const { memory } = this
    const placed = this.at + REGION.offset.placed
    const tag = writeTag(memory, kind, at + bytes, bytes)
    for (let last = memory.load(placed); ; ) {
      memory.write(tag + TAG.offset.next, last)
      const seen = memory.compareExchange(placed, last, tag)
      if (seen === last) break
      last = seen
    }
    memory.store(tag + TAG.offset.kind, tagOf(kind))
    return at
  }

  /** All locks that are placed here, those with an address of their own last. */
  *locks(): Generator<PlacedLock> {
    const { memory } = this
    for (const list of [REGION.offset.placed, REGION.offset.given]) {
      let tag = memory.load(this.at + list)
      for (; tag !== NIL; tag = memory.read(tag + TAG.offset.next)) {
        const bytes = memory.read(tag + TAG.offset.bytes)
        const names = memory.read(tag + TAG.offset.names)
        yield { at: tag - bytes, bytes, tag: memory.load(tag + TAG.offset.kind), names }
      }
    }
  }

  /** Throws BadHandle unless the lock that a checked handle names is there, in this version. */
  verify(kind: LockKind, bytes: number, handle: LockHandle): void {
    const isInside = isMultiple(handle.at, WORD_BYTES) && handle.at >= 0
    const tag = isInside ? handle.at + bytes : this.memory.size
    if (tag < this.memory.size && this.memory.load(tag) === tagOf(kind)) {
      kindNames.set(tagOf(kind), kind.name)
      return
    }
    throw new BadHandle(`there is no ${kind.name} of this version at ${came(handle.at)}`)
  }
}

/** Writes the tag of a lock of `bytes` bytes behind it: all but the word that makes it one. */
export function writeTag(memory: Memory, kind: LockKind, tag: Address, bytes: number): Address {
  kindNames.set(tagOf(kind), kind.name)
  memory.write(tag + TAG.offset.bytes, bytes)
  memory.write(tag + TAG.offset.names, kind.names)
  return tag
}

function isLines(bytes: unknown): boolean {
  return isMultiple(bytes, CACHE_LINE_BYTES)
}

/** Before it divides anything: a symbol, or a big integer, cannot be. */
export function isMultiple(value: unknown, of: number): boolean {
  return Number.isInteger(value) && (value as number) % of === 0
}
