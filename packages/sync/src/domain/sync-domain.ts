import {
  type Address,
  came,
  expectHandle,
  expectOptions,
  type HandleKind,
  LiveMemory,
} from '@smpnet/memory'
import { Lot, type LotShape, NotifyWaker, type Seat, WAITER, type Waiter } from '@smpnet/park'
import { LockMisuse } from '../errors.ts'
import type { Home } from '../offered/offered.ts'
import type { DomainHandle } from '../words/lock-kind.ts'
import { isNamedIn } from '../words/names.ts'
import { DomainRegion, regionOf, type RegionOptions } from './domain-region.ts'

export interface DomainOptions extends RegionOptions, Omit<LotShape, 'cpus'> {}

/** How many waiters a thread keeps for the tasks to come; the rest it gives back. */
const MOST_IDLE = 64

/** The domains that this thread has opened, so that opening a domain again gives the same. */
const opened: SyncDomain[] = []

/**
 * What threads that share locks share: one SharedArrayBuffer, with a parking lot in it and room
 * for locks. One thread creates it; the others open it, usually by opening a lock:
 *
 *     const domain = SyncDomain.create()
 *     const mutex = Mutex.create(domain)
 *     new Worker(file, { workerData: mutex.handle })       // there: Mutex.open(workerData)
 *
 * A domain gives each thread a number and a waiter, by which others know it, and each task of an
 * event loop that waits a waiter of its own. How locks are placed in it is in `placing.ts`, what is
 * for threads that come and go in `visiting.ts`, and what is for those that end in `guests.ts`.
 */
export class SyncDomain implements Home {
  readonly memory: LiveMemory
  readonly lot: Lot
  readonly here: Waiter
  /** Where its locks are; for what places them, and for what looks for the names in them. */
  readonly region: DomainRegion
  /** Names this domain for other threads; it can be cloned and posted. */
  readonly handle: DomainHandle
  /** What of this thread uses the domain for a while, and whether it stays when that has left. */
  readonly visits = { guests: 0, stays: false }
  /** The seat that this thread had been kept, if it came by an invitation. */
  readonly #seat: Seat | undefined
  readonly #idle: Waiter[] = []
  #borrowed = 0

  private constructor({ seat, ...handle }: DomainHandle) {
    this.handle = handle
    this.#seat = seat
    this.region = regionNamedBy(handle)
    const memory = (this.memory = this.region.memory as LiveMemory)
    const { lot } = this.region
    const cpu = withRoom('threads', lot, () => Lot.attach(memory, lot, seat))
    this.lot = new Lot(memory, lot, new NotifyWaker(memory), cpu)
    this.lot.isNamed = (entry) => this.names(entry)
    try {
      this.here = this.waiter()
    } catch (error) {
      Lot.detach(memory, lot, cpu)
      throw error
    }
    opened.push(this)
  }

  /**
   * Makes a domain in a new buffer, or in a part of the caller's own, which must be zero.
   * Throws a RangeError for figures that cannot be, and OutOfMemory for too small a part.
   */
  static create(options: DomainOptions = {}): SyncDomain {
    expectOptions('a domain', options)
    const { buffer, at, bytes } = regionOf(options, SyncDomain.bytes(options))
    const region = DomainRegion.create(new LiveMemory(buffer), at, bytes)
    region.lot = Lot.place(region, lotShapeOf(options))
    const domain = new SyncDomain({ buffer, at })
    domain.visits.stays = true
    return domain
  }

  /** Bytes that a domain of such a shape takes before any lock is placed in it. */
  static bytes(shape: Omit<LotShape, 'cpus'> = {}): number {
    expectOptions('a domain', shape)
    return DomainRegion.bytes + Lot.bytes(lotShapeOf(shape))
  }

  /**
   * Opens a domain that any thread has created; the same one when this thread has it open. Throws
   * BadHandle for what is no domain, and a RangeError when it has no number for another thread.
   */
  static open(handle: DomainHandle): SyncDomain {
    const domain = SyncDomain.find(handle)
    domain.visits.stays = true
    return domain
  }

  /** The same for what uses the domain for a while: see `enterDomain`. */
  static find(handle: DomainHandle): SyncDomain {
    SyncDomain.expect(handle)
    const domain = opened.find((domain) => domain.isNamedBy(handle))
    if (domain === undefined) return new SyncDomain(handle)
    domain.#expectSeat(handle.seat)
    return domain
  }

  /** Throws BadHandle unless a handle names a domain; does not open it. */
  static expect(handle: DomainHandle): void {
    regionNamedBy(handle)
  }

  /** How many threads can have a number in the domain: locks with a line for each have so many. */
  get cpus(): number {
    const { cpus, threads } = this.lot.handle
    return cpus + threads
  }

  /** This thread's number in the domain, from 0. */
  get thread(): number {
    return this.lot.cpu
  }

  /** How many tasks of this thread are inside a lock, or wait for one. */
  get tasks(): number {
    return this.#borrowed
  }

  /** Whether a lock of this domain names the waiter at `entry`. */
  names(entry: Address): boolean {
    for (const lock of this.region.locks()) if (isNamedIn(this.lot, lock, entry)) return true
    return false
  }

  /**
   * Whether `handle` names this domain. Two buffers cannot be compared, since each message brings
   * a new object; but what this thread writes in its own line here shows there, if they are one.
   */
  isNamedBy(handle: DomainHandle): boolean {
    expectHandle(DOMAIN, handle)
    if (handle.buffer === this.handle.buffer) return handle.at === this.handle.at
    const { buffer, at } = handle
    if (at !== this.handle.at || buffer.byteLength !== this.handle.buffer.byteLength) return false
    const there = new Int32Array(buffer)
    const probe = this.here.at + WAITER.offset.want
    return [1, 2, 3, 0].every((value) => {
      this.memory.store(probe, value)
      return Atomics.load(there, probe >> 2) === value
    })
  }

  borrow(): Waiter {
    const td = this.#idle.pop() ?? this.waiter()
    this.#borrowed++
    return td
  }

  /** A waiter of this thread's. Throws a RangeError when all are in use. */
  waiter(): Waiter {
    return withRoom('waiters', this.lot.handle, () => this.lot.waiter())
  }

  giveBack(td: Waiter): void {
    this.#borrowed--
    if (this.#idle.length < MOST_IDLE) this.#idle.push(td)
    else this.lot.releaseEntry(td.at)
  }

  /** Whether this thread has it open, and has not been detached from it. */
  get isOpen(): boolean {
    return opened.includes(this)
  }

  /** Gives this thread's number and waiters back, which nothing uses: see `detach`. */
  close(): void {
    this.lot.leave()
    opened.splice(opened.indexOf(this), 1)
  }

  /** Throws LockMisuse for a seat that another thread was to have, as far as that can be known. */
  #expectSeat(seat: Seat | undefined): void {
    if (seat === undefined || this.#seat !== undefined) return
    throw new LockMisuse(
      `this thread is thread ${this.thread} of the domain already, and was invited to be thread ` +
        `${seat.thread}: it opens the domain by the invitation first, and its locks afterwards`,
    )
  }
}

const SEAT: HandleKind = { of: 'a seat', fields: { thread: 'count', generation: 'count' } }

/** What the handle of a domain looks like. */
export const DOMAIN: HandleKind = {
  of: 'a domain',
  fields: { buffer: 'buffer', at: 'address', 'seat?': SEAT },
}

/** The region that a handle leads to. Throws BadHandle when there is none. */
export function regionNamedBy(handle: DomainHandle): DomainRegion {
  expectHandle(DOMAIN, handle)
  return DomainRegion.open(new LiveMemory(handle.buffer), handle.at)
}

/** Throws LockMisuse, which says `what` is done in one, for what is no domain. */
export function expectSyncDomain(domain: unknown, what: string): void {
  const found = (domain ?? {}) as Record<string, unknown>
  if (typeof found['borrow'] === 'function' && typeof found['region'] === 'object') return
  const hint = typeof found['buffer'] === 'object' ? '; SyncDomain.open makes one of it' : ''
  throw new LockMisuse(`${what} a SyncDomain: ${came(domain)} came${hint}`)
}

/** Says which option makes a domain larger, when `take` finds none left of what it counts. */
export function withRoom<T>(what: 'threads' | 'waiters', shape: LotShape, take: () => T): T {
  try {
    return take()
  } catch (cause) {
    if (!(cause instanceof RangeError) || !cause.message.includes('already: ')) throw cause
    const users = what === 'threads' ? 'threads' : 'waiters, one for each thread and waiting task'
    throw new RangeError(
      `a domain for ${shape[what]} ${users}, has ${shape[what]} already: ` +
        `make it for more, by \`${what}\` of SyncDomain.create, or of SocketDomain.create`,
      { cause },
    )
  }
}

function lotShapeOf({ threads = 64, waiters = 1024, buckets = 64 }: LotShape): LotShape {
  return { threads, waiters, buckets }
}
