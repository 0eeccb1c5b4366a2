import { type Address, came, expectOptions, LiveMemory } from '@smpnet/memory'
import { DomainRegion, regionOf, type RegionOptions } from './domain-region.ts'
import { LockMisuse } from '../errors.ts'
import {
  finish,
  Lot,
  type LotHandle,
  type LotShape,
  NotifyWaker,
  type Seat,
  WAITER,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { DISPOSE } from '../offered/guard.ts'
import { type DomainHandle, type LockHandle, type LockKind } from '../words/lock-kind.ts'
import type { Home } from '../offered/offered.ts'
import { expectDomainHandle, expectLockHandle, expectSeat } from './lock-handles.ts'
import {
  heldBy,
  isNameless,
  isOnRecord,
  notReceived,
  type Owed,
  putRight,
  readBy,
} from './remains.ts'

export interface DomainOptions extends RegionOptions, Omit<LotShape, 'cpus'> {}

/** Where a lock is to be placed. */
export interface Placing {
  /**
   * A byte offset in the domain's buffer, outside the domain's own bytes: a multiple of 4, or of
   * 64 for locks of whole cache lines, at which the bytes of the lock and of its tag are zero.
   * A place of its own unless told.
   */
  readonly at?: Address
}

/** A handle for one thread, and the seat that it will have: by this it can be buried. */
export interface Invitation extends Seat {
  readonly handle: DomainHandle
}

/** How long a burial waits for a queue, in turns and by the clock: another of the dead holds it. */
const BURIAL_SPINS = 10_000
const BURIAL_MS = 2_000

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
 * event loop that waits a waiter of its own.
 */
export class SyncDomain implements Home {
  readonly memory: LiveMemory
  readonly lot: Lot
  readonly here: Waiter
  readonly #region: DomainRegion
  readonly #idle: Waiter[] = []
  #borrowed = 0
  /** How many of this thread's guests use the domain, and whether it stays when they have left. */
  #guests = 0
  #stays = false
  /** The seat that this thread had been kept, if it came by an invitation. */
  readonly #seat: Seat | undefined
  /** Names this domain for other threads; it can be cloned and posted. */
  readonly handle: DomainHandle

  private constructor({ seat, ...handle }: DomainHandle) {
    this.handle = handle
    this.#seat = seat
    this.memory = new LiveMemory(handle.buffer)
    this.#region = DomainRegion.open(this.memory, handle.at)
    const cpu = withRoom('threads', handle.lot, () => Lot.attach(this.memory, handle.lot, seat))
    this.lot = new Lot(this.memory, handle.lot, new NotifyWaker(this.memory), cpu)
    this.lot.isNamed = (entry) => this.#names(entry)
    try {
      this.here = this.waiter()
    } catch (error) {
      Lot.detach(this.memory, handle.lot, cpu)
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
    const memory = new LiveMemory(buffer)
    const region = DomainRegion.create(memory, at, bytes)
    const lot = Lot.place(region, lotShapeOf(options))
    region.setLot(lot)
    const domain = new SyncDomain({ buffer, at, lot })
    domain.#stays = true
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
    const domain = SyncDomain.#find(handle)
    domain.#stays = true
    return domain
  }

  /**
   * `open` for something that uses a domain for a while: when as many have left as have entered,
   * and the domain was not opened otherwise, this thread is detached from it.
   */
  static enter(handle: DomainHandle): SyncDomain {
    const domain = SyncDomain.#find(handle)
    domain.#guests++
    return domain
  }

  /**
   * `SyncDomain.enter` by code that has the domain already, and knows that its handle is one: what
   * a handle has to be is looked at in some microseconds, and sockets come and go faster.
   */
  again(): SyncDomain {
    if (!opened.includes(this)) return SyncDomain.enter(this.handle)
    this.#guests++
    return this
  }

  /** The caller, which entered, leaves. Its tasks have ended. */
  leave(): void {
    if (--this.#guests === 0 && !this.#stays && this.#borrowed === 0) this.detach()
  }

  static #find(handle: DomainHandle): SyncDomain {
    SyncDomain.expect(handle)
    const domain = opened.find((domain) => domain.isNamedBy(handle))
    if (domain === undefined) return new SyncDomain(handle)
    domain.#expectSeat(handle.seat)
    return domain
  }

  /** Throws BadHandle unless a handle names a domain; does not open it. */
  static expect(handle: DomainHandle): void {
    expectDomainHandle(handle)
    regionNamedBy(handle).expectLot(handle.lot)
  }

  /**
   * The lock that a handle names, of `bytes` bytes, or so many for the CPUs and the lot of its
   * domain, which is opened when all is found in order; for locks. Throws as `open`.
   */
  static openLock(
    kind: LockKind,
    handle: LockHandle,
    bytes: number | ((cpus: number, lot: LotHandle) => number),
  ): { readonly domain: SyncDomain; readonly at: Address } {
    expectLockHandle(kind, handle)
    const { lot } = handle.domain
    const size = typeof bytes === 'number' ? bytes : bytes(lot.cpus + lot.threads, lot)
    SyncDomain.expect(handle.domain)
    regionNamedBy(handle.domain).verify(kind, size, handle)
    return { domain: SyncDomain.open(handle.domain), at: handle.at }
  }

  /** The handle of a lock of a domain; for locks. Throws LockMisuse if the lock has none. */
  static handleOf(
    lock: { readonly domain?: SyncDomain | undefined; readonly at: Address; name(): string },
    kind: LockKind,
    shape: LockHandle['shape'] = {},
  ): LockHandle {
    const { domain, at } = lock
    if (domain !== undefined) {
      return { kind: kind.name, version: kind.version, domain: domain.handle, at, shape }
    }
    throw new LockMisuse(`${lock.name()} was made without a domain: it has no handle`)
  }

  /** How many threads can have a number in the domain: locks with a line for each have so many. */
  get cpus(): number {
    const { cpus, threads } = this.handle.lot
    return cpus + threads
  }

  /** This thread's number in the domain, from 0. */
  get thread(): number {
    return this.lot.cpu
  }

  /**
   * The address of a new lock of `bytes` bytes; for locks. Throws OutOfMemory when the domain is
   * full, and BadHandle for an address that is misaligned, outside, in use, or not zero.
   */
  place(kind: LockKind, bytes: number, options: Placing = {}, align = 4): Address {
    expectOptions('a new lock', options)
    if (typeof kind?.name !== 'string' || !(Number.isInteger(bytes) && bytes >= 1)) {
      throw new LockMisuse(`a lock has a kind and a size: ${came(kind)}, ${came(bytes)} came`)
    }
    const { at } = options
    if (at === undefined) return this.#region.placeLock(kind, bytes)
    this.#region.placeLockAt(kind, at, bytes, align)
    return at
  }

  /**
   * A handle for one thread to open this domain by, and the seat that it will have there, by which
   * it can be buried if it ends without having detached:
   *
   *     const guest = domain.invite()
   *     const worker = new Worker(file, { workerData: guest.handle })
   *     worker.once('exit', () => domain.bury(guest))
   *
   * Throws a RangeError when there is no number left.
   */
  invite(): Invitation {
    const seat = withRoom('threads', this.handle.lot, () => this.lot.reserve())
    return { ...seat, handle: { ...this.handle, seat } }
  }

  /**
   * A thread that was invited has ended, or will not come: its number and its waiters are for
   * others, except those that a lock still names. Mutexes that it held are abandoned: waiters for
   * them, and those that come later, are told. Those behind it in a semaphore's queue are served.
   * Says how many waiters it left; 0 when it was buried before. `also` buries it elsewhere by its
   * number, before that is given to another thread.
   *
   * Throws HeldTooLong, within some 2 seconds, when another thread holds a queue, which has ended
   * and is not buried yet: its burial ends this one as well.
   */
  bury(guest: Seat, also?: (thread: number) => Waiting): number {
    expectSeat(guest)
    const owed: Owed[] = []
    const isNamed = (entry: Address): boolean => {
      const given = notReceived(this.here, entry, this.#region.locks())
      if (given !== undefined) owed.push(given)
      return this.#names(entry)
    }
    const clear = (ended: number) => this.#clear(ended, owed, also)
    return finish(this.here, this.lot.buryGuest(guest, isNamed, clear), BURIAL_SPINS, BURIAL_MS)
  }

  /** Whether a lock of this domain may still name the waiter at `entry`. */
  #names(entry: Address): boolean {
    const { lot } = this
    const isNamed = this.#region.names(entry, lot.handle, isNameless)
    return isNamed || isOnRecord(lot, this.#region.locks(), entry)
  }

  *#clear(ended: number, owed: Owed[], also?: (thread: number) => Waiting): Waiting {
    const { here, lot, cpus } = this
    this.#region.bury(ended)
    for (const givesBack of owed.splice(0)) yield* givesBack(here)
    yield* putRight({ td: here, lot, cpus }, this.#region.locks(), ended)
    if (also !== undefined) yield* also(ended)
  }

  /**
   * Whether `handle` names this domain. Two buffers cannot be compared, since each message brings
   * a new object; but what this thread writes in its own line here shows there, if they are one.
   */
  isNamedBy(handle: DomainHandle): boolean {
    expectDomainHandle(handle)
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

  /** Throws LockMisuse for a seat that another thread was to have, as far as that can be known. */
  #expectSeat(seat: Seat | undefined): void {
    if (seat === undefined || this.#seat !== undefined) return
    throw new LockMisuse(
      `this thread is thread ${this.thread} of the domain already, and was invited to be thread ` +
        `${seat.thread}: it opens the domain by the invitation first, and its locks afterwards`,
    )
  }

  borrow(): Waiter {
    const td = this.#idle.pop() ?? this.waiter()
    this.#borrowed++
    return td
  }

  /** A waiter of this thread's. Throws a RangeError when all are in use. */
  waiter(): Waiter {
    return withRoom('waiters', this.handle.lot, () => this.lot.waiter())
  }

  giveBack(td: Waiter): void {
    this.#borrowed--
    if (this.#idle.length < MOST_IDLE) this.#idle.push(td)
    else this.lot.releaseEntry(td.at)
  }

  /**
   * Gives this thread's number and waiters back: a thread that ends before the domain does calls
   * it last. Throws LockMisuse while one of its tasks is inside a lock or waits for one, while it
   * is inside what it reads by its number, and while it holds a lock: the next thread that has its
   * number, or its waiter, would be.
   */
  detach(): void {
    const index = opened.indexOf(this)
    if (index < 0) throw new LockMisuse('a thread is detached from a domain once: it is already')
    if (this.#borrowed > 0) {
      throw new LockMisuse(`${this.#borrowed} tasks of this thread still use its domain`)
    }
    if (this.#guests > 0) {
      throw new LockMisuse(`${this.#guests} objects of this thread still use its domain`)
    }
    const read = readBy(this.memory, this.#region.locks(), this.thread, this.cpus)
    if (read !== undefined) {
      throw new LockMisuse(
        `a thread is detached when it has left what it reads: ${read} it has not`,
      )
    }
    const held = heldBy(this.lot, this.#region.locks(), this.thread)
    if (held !== undefined) {
      throw new LockMisuse(
        `a thread is detached when it holds no lock: ${held} it does, so unlock that first`,
      )
    }
    this.lot.leave()
    opened.splice(index, 1)
  }

  [DISPOSE](): void {
    this.detach()
  }
}

/** The region that a checked handle leads to. Throws BadHandle when there is none. */
function regionNamedBy({ buffer, at }: DomainHandle): DomainRegion {
  return DomainRegion.open(new LiveMemory(buffer), at)
}

/** Says which option makes a domain larger, when `take` finds none left of what it counts. */
function withRoom<T>(what: 'threads' | 'waiters', shape: LotShape, take: () => T): T {
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
