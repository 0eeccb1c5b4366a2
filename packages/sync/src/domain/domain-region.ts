import {
  type Address,
  alignUp,
  breakFrom,
  CACHE_LINE_BYTES,
  came,
  expectSame,
  checkMemoryBytes,
  expectShared,
  holderOf,
  layout,
  type Memory,
  newShared,
  NIL,
  OutOfMemory,
  spinNow,
  unspin,
  word,
  WORD_BYTES,
  words,
} from '@smpnet/memory'
import { BadHandle } from '../errors.ts'
import { type LockHandle, type LockKind, TAG, tagOf } from '../words/lock-kind.ts'
import { Lot, type LotHandle, OWNER_BITS } from '@smpnet/park'
import type { PlacedLock } from './remains.ts'

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

const REGION = layout('region', {
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
  /** (a) The lot of the domain: what handles have to agree with. */
  lot: words(5, 'a', 'region'),
})

const MAGIC = 0x10c40003
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

  /** Notes the lot of a new domain. */
  setLot(lot: LotHandle): void {
    figuresOf(lot).forEach((figure, i) => this.memory.store(this.#figureAt(i), figure))
  }

  /** Throws BadHandle unless a handle has the lot that the domain was made with. */
  expectLot(lot: LotHandle): void {
    const named = figuresOf(lot)
    const made = named.map((_, i) => this.memory.load(this.#figureAt(i)))
    expectSame('the lot of a domain', made, named)
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
    const tag = at + bytes
    memory.write(tag + TAG.offset.bytes, bytes)
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
        yield { at: tag - bytes, bytes, tag: memory.load(tag + TAG.offset.kind) }
      }
    }
  }

  /**
   * Places a lock at an address of the caller's choice. Throws BadHandle for a place that cannot
   * be; two threads that place at the same time take turns.
   */
  placeLockAt(kind: LockKind, at: Address, bytes: number, align: number): void {
    this.#checkPlace(kind, at, bytes + TAG.size, align)
    const { memory } = this
    const given = this.at + REGION.offset.given
    const tag = at + bytes
    const placing = this.at + REGION.offset.placing
    spinNow(memory, placing, 'the lock of a domain in which a lock is placed')
    try {
      const last = memory.read(given)
      this.#checkFree(kind, at, tag + TAG.size, last)
      memory.write(this.at + REGION.offset.giving, tag)
      memory.write(tag + TAG.offset.bytes, bytes)
      memory.write(tag + TAG.offset.next, last)
      memory.store(given, tag)
      memory.write(this.at + REGION.offset.giving, NIL)
    } finally {
      unspin(memory, placing)
    }
    memory.store(tag + TAG.offset.kind, tagOf(kind))
  }

  /**
   * The thread of that number has ended. If it was placing a lock at an address, others can again,
   * and that address is as it was, or has a lock that nobody knows of.
   */
  bury(thread: number): void {
    const { memory } = this
    breakFrom(memory, this.at + REGION.offset.placing, holderOf(thread), () => {
      const tag = memory.read(this.at + REGION.offset.giving)
      if (tag !== NIL && memory.read(this.at + REGION.offset.given) !== tag) {
        for (const offset of Object.values(TAG.offset)) memory.write(tag + offset, 0)
      }
      memory.write(this.at + REGION.offset.giving, NIL)
    })
  }

  /** Throws BadHandle unless the lock that a checked handle names is there, in this version. */
  verify(kind: LockKind, bytes: number, handle: LockHandle): void {
    const isInside = isMultiple(handle.at, WORD_BYTES) && handle.at >= 0
    const tag = isInside ? handle.at + bytes : this.memory.size
    if (tag < this.memory.size && this.memory.load(tag) === tagOf(kind)) return
    throw new BadHandle(`there is no ${kind.name} of this version at ${came(handle.at)}`)
  }

  /**
   * Whether a word of a lock of this domain looks like one that names the waiter at `entry`, whose
   * thread has ended: such a word changes only when a living thread takes the lock over. A counter
   * may look like it, and then the answer is on the safe side; locks that are `nameless` only
   * count, and would give such answers often. The parking lot itself is left out.
   */
  names(entry: Address, lot: LotHandle, isNameless: (lock: PlacedLock) => boolean): boolean {
    const { memory } = this
    const left = [...this.locks()].filter(isNameless)
    const end = memory.load(this.at + REGION.offset.end)
    const afterLot = lot.at + alignUp(Lot.bytes(lot), CACHE_LINE_BYTES)
    if (this.#namesWithin(entry, afterLot, end, left)) return true
    let tag = memory.load(this.at + REGION.offset.given)
    for (; tag !== NIL; tag = memory.read(tag + TAG.offset.next)) {
      if (this.#namesWithin(entry, tag - memory.read(tag + TAG.offset.bytes), tag, left))
        return true
    }
    return false
  }

  #figureAt(index: number): Address {
    return this.at + REGION.offset.lot + index * WORD_BYTES
  }

  #namesWithin(
    entry: Address,
    from: Address,
    end: Address,
    leftOut: readonly PlacedLock[],
  ): boolean {
    for (let at = from; at < end; at += WORD_BYTES) {
      if ((this.memory.load(at) & OWNER_BITS) !== entry) continue
      if (!leftOut.some((lock) => at >= lock.at && at < lock.at + lock.bytes)) return true
    }
    return false
  }

  #checkPlace(kind: LockKind, at: Address, bytes: number, align: number): void {
    if (!isMultiple(at, align) || at < 0 || at + bytes > this.memory.size) {
      throw new BadHandle(
        `a ${kind.name} has ${bytes} bytes, at a multiple of ${align}, within the buffer's ` +
          `${this.memory.size}: ${came(at)} came`,
      )
    }
    if (at + bytes <= this.at || at >= this.limit) return
    throw new BadHandle(
      `bytes ${this.at} to ${this.limit} are the domain's own: a ${kind.name} at ${at} would ` +
        'overlap them',
    )
  }

  #checkFree(kind: LockKind, at: Address, end: Address, last: Address): void {
    const { memory } = this
    for (let tag = last; tag !== NIL; tag = memory.read(tag + TAG.offset.next)) {
      const from = tag - memory.read(tag + TAG.offset.bytes)
      if (end <= from || at >= tag + TAG.size) continue
      throw new BadHandle(
        `a ${kind.name} at ${at} would overlap the lock whose bytes are ${from} to ` +
          `${tag + TAG.size}`,
      )
    }
    for (let word = at; word < end; word += WORD_BYTES) {
      if (memory.load(word) === 0) continue
      throw new BadHandle(`a ${kind.name} is placed where all is zero: the word at ${word} is not`)
    }
  }
}

function isLines(bytes: unknown): boolean {
  return isMultiple(bytes, CACHE_LINE_BYTES)
}

/** Before it divides anything: a symbol, or a big integer, cannot be. */
function isMultiple(value: unknown, of: number): boolean {
  return Number.isInteger(value) && (value as number) % of === 0
}

function figuresOf({ at, buckets, cpus, threads, waiters }: LotHandle): number[] {
  return [at, buckets, cpus, threads, waiters]
}
