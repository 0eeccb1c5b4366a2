import {
  type Address,
  Arena,
  came,
  expectHandle,
  expectOptions,
  type HandleKind,
  LiveMemory,
  NIL,
  OutOfMemory,
  Pool,
  type PoolShape,
} from '@smpnet/memory'
import { finish, type Seat } from '@smpnet/park'
import {
  type AwaitOptions,
  detach,
  DISPOSE,
  enterAgain,
  enterDomain,
  invite,
  leaveDomain,
  SyncDomain,
  type WaitOptions,
} from '@smpnet/sync'
import { expectTold } from './expect-told.ts'
import { expectJoined, type OfKind } from './kinds.ts'
import type { Backlog } from './local.ts'
import { NamedSockets } from './named-sockets.ts'
import { POLLER } from './note.ts'
import { Poller } from './poller.ts'
import { buryGuest, expectGuest } from './remains.ts'
import { SocketZone, type SocketZoneShape } from './socket-zone.ts'
import type { EndHandle } from './stream-socket.ts'
import type { ThreadDatagrams } from './thread-datagrams.ts'
import { ThreadListener } from './thread-listener.ts'
import { ThreadPoller } from './thread-poller.ts'
import { type SocketHandle, ThreadSocket } from './thread-socket.ts'

/** What another thread needs to join a domain; it can be cloned and posted. */
export type SocketDomainHandle = Omit<SocketHandle, 'end'>

/** A handle for one thread, and the seat that it will have: by this it can be buried. */
export interface DomainInvitation extends Seat {
  readonly handle: SocketDomainHandle
}

/** How large a socket domain is. */
export interface SocketDomainShape extends SocketZoneShape {
  /** Threads that use the domain at once; 64 unless told, or 2 for each pair up to 512. */
  readonly threads?: number
  /** Threads and tasks that wait at once; 1024 unless told, or 4 for each pair if that is more. */
  readonly waiters?: number
  /** Pollers of `SocketDomain.poller` at once; 16 unless told. */
  readonly pollers?: number
}

/** Room for what is placed beside the pairs: roots, pools, and a few locks of the caller's. */
const SLACK_BYTES = 8 << 10
const LEAST_WAITERS = 1024
/** Of the threads that are reckoned with unless told; an rmlock has lines for no more. */
const MOST_THREADS = 512

const DOMAIN: HandleKind = {
  of: 'a socket domain',
  fields: { domain: 'any', zone: 'any', pollers: 'any' },
}

const HANDLE: HandleKind = {
  of: 'a socket',
  fields: { domain: 'any', zone: 'any', pollers: 'any', end: 'any' },
}

/**
 * Sockets for threads that have nothing else in common: one SharedArrayBuffer with a parking lot
 * and a number of pairs. One thread creates it; others open the ends that they are given.
 *
 * A thread has a number in it while it uses an end, a poller or this object, from their first call
 * on; `detach` says that this object is not used any more, or not for a while.
 */
export class SocketDomain {
  readonly #memory: LiveMemory
  readonly #pollers: Pool
  readonly #named: NamedSockets
  #home: SyncDomain | undefined

  private constructor(
    /** Names the domain for another thread, which joins it; it can be cloned and posted. */
    readonly handle: SocketDomainHandle,
    readonly zone: SocketZone,
    home?: SyncDomain,
  ) {
    this.#memory = new LiveMemory(handle.domain.buffer)
    this.#pollers = Pool.open(this.#memory, handle.pollers)
    this.#home = home
    this.#named = new NamedSockets(zone, handle, () => this.sync)
  }

  /** Makes a domain. Throws a RangeError for figures, and a TypeError for names, that cannot be. */
  static create(shape: SocketDomainShape = {}): SocketDomain {
    const { pairs, bufferBytes, buffers, names, pollers, ...lot } = wholeShape(shape)
    const zoneShape = { pairs, bufferBytes, buffers, names }
    const lotBytes = SyncDomain.bytes(lot) + SLACK_BYTES / 2
    const places: PoolShape = { name: 'pollers', items: pollers, itemBytes: POLLER.size }
    const bytes = lotBytes + SLACK_BYTES + SocketZone.bytes(zoneShape) + Pool.bytes(places)
    const memory = LiveMemory.create(bytes)
    const arena = Arena.create(memory)
    const at = arena.place('sync domain', lotBytes)
    const { buffer } = memory
    const sync = SyncDomain.create({ ...lot, buffer, at, bytes: lotBytes })
    detach(sync)
    const zone = SocketZone.place(arena, zoneShape)
    const handle = { domain: sync.handle, zone, pollers: Pool.create(arena, places).handle }
    return new SocketDomain(handle, new SocketZone({ memory }, zone))
  }

  /** Opens, in any thread, the end that a handle names. Throws BadHandle for what is none. */
  static open(handle: SocketHandle): ThreadSocket {
    const { domain, zone, pollers, end } = expectWhole(handle)
    const sync = enterDomain(domain)
    try {
      const all = new SocketZone(sync.lot, zone)
      const stream = all.end(end)
      all.own(stream)
      return new ThreadSocket(stream, { domain: sync.handle, zone, pollers, end }, sync)
    } catch (error) {
      leaveDomain(sync)
      throw error
    }
  }

  /** The listener that a handle names, in any thread. Throws BadHandle for what is none. */
  static openListener(handle: SocketHandle): ThreadListener {
    const { end, ...domain } = expectWhole(handle)
    const sync = enterDomain(domain.domain)
    const zone = new SocketZone(sync.lot, domain.zone)
    return new ThreadListener(zone, zone.end(end), { ...handle, domain: sync.handle }, sync)
  }

  /**
   * The domain that a handle names, in any thread, to listen and to connect in it. Throws BadHandle
   * for what is none.
   */
  static join(handle: SocketDomainHandle): SocketDomain {
    expectHandle(DOMAIN, handle)
    const { domain, zone, pollers } = handle
    SyncDomain.expect(domain)
    const memory = new LiveMemory(domain.buffer)
    const checked = new SocketZone({ memory }, zone)
    Pool.open(memory, pollers)
    const home = enterDomain(domain)
    return new SocketDomain({ domain: home.handle, zone, pollers }, checked, home)
  }

  /** What the threads of the domain share. Locks may be placed in it, in some room that is left. */
  get sync(): SyncDomain {
    const home = (this.#home ??= enterDomain(this.handle.domain))
    for (const memory of [this.#memory, this.zone.memory]) memory.holder = home.memory.holder
    return home
  }

  /**
   * A thread that was invited has ended: the sockets that were its own are closed, so that their
   * peers hear of a reset, and its place is for others. Its own are those that it listened with,
   * connected, accepted, or opened last by a handle.
   */
  bury(guest: Seat): void {
    expectGuest(guest)
    buryGuest(this.sync, this.handle, guest)
  }

  /**
   * Two connected ends. Throws OutOfMemory when as many pairs are open as there can be,
   * SocketMisuse for no such kind, and a TypeError.
   */
  pair(options: OfKind = {}): [ThreadSocket, ThreadSocket] {
    expectTold('a pair of sockets', options, ['kind'])
    const kind = expectJoined(options.kind)
    const [one, other] = this.zone.pairSync(this.sync.here, kind)
    return [this.#end(one.handle), this.#end(other.handle)]
  }

  /**
   * A socket that listens at a name, to which any thread of the domain may connect. Throws
   * NameInUse, NoNames, OutOfMemory, a TypeError and a RangeError.
   */
  listen(name: string, options: Backlog & OfKind = {}): ThreadListener {
    return this.#named.listen(name, options)
  }

  /**
   * A socket that is connected to the one that listens at `name`. It may send before it is
   * accepted. Rejects with ConnectionRefused if nobody listens there, or its queue is full; with
   * WrongKind if that socket is of another kind; with ConnectTimeout, or the reason of `signal`;
   * with OutOfMemory, a TypeError and a RangeError.
   */
  connect(name: string, options: AwaitOptions & OfKind = {}): Promise<ThreadSocket> {
    return this.#named.connect(name, options)
  }

  /** `connect`, blocking this thread. */
  connectSync(name: string, options: WaitOptions & OfKind = {}): ThreadSocket {
    return this.#named.connectSync(name, options)
  }

  /**
   * A socket that sends and receives datagrams, at a name. Throws NameInUse, NoNames, NoBuffers,
   * OutOfMemory, a TypeError and a RangeError.
   */
  datagrams(name: string): ThreadDatagrams {
    return this.#named.datagrams(name)
  }

  /**
   * A handle for one thread to join the domain by, and the seat that it will have:
   *
   *     const guest = domain.invite()
   *     new Worker(file, { workerData: guest.handle }).once('exit', () => domain.bury(guest))
   *
   * and there `SocketDomain.join(workerData)`. Throws a RangeError when there is no number left.
   */
  invite(): DomainInvitation {
    const { handle, ...seat } = invite(this.sync)
    return { ...seat, handle: { ...this.handle, domain: handle } }
  }

  /**
   * Takes over an end of this domain from another thread of it, by the `handle.end` of that
   * thread's socket: three numbers, which may come in a message over another socket. The end is
   * this thread's own from now on. Throws BadHandle, and SocketMisuse for an end that is not there.
   */
  take(end: EndHandle): ThreadSocket {
    const stream = this.zone.end(end)
    const home = enterAgain(this.sync)
    this.zone.own(stream)
    return new ThreadSocket(stream, { ...this.handle, end: stream.handle }, home)
  }

  /** A poller for ends of this domain. Throws OutOfMemory when there are as many as can be. */
  poller(): ThreadPoller {
    const { here } = this.sync
    const at = finish(here, this.#pollers.alloc())
    const { items, itemBytes } = this.handle.pollers
    if (at === NIL) throw new OutOfMemory('another poller', itemBytes, 0, items * itemBytes)
    this.#memory.fill(at, 0, POLLER.size)
    const sync = enterDomain(this.handle.domain)
    const free = (place: Address): void => {
      finish(sync.here, this.#pollers.free(place))
      leaveDomain(sync)
    }
    return new ThreadPoller(Poller.open(this.#memory, at), sync, free)
  }

  /**
   * Gives this thread's number back if none of its ends and pollers is in use; used again, the
   * object takes another. Does nothing when that was done.
   */
  detach(): void {
    if (this.#home !== undefined) leaveDomain(this.#home)
    this.#home = undefined
  }

  [DISPOSE](): void {
    this.detach()
  }

  #end(end: EndHandle): ThreadSocket {
    return new ThreadSocket(this.zone.end(end), { ...this.handle, end })
  }
}

/** Two connected ends in a domain of their own: post the `handle` of one to another thread. */
export function socketPair(
  shape: Omit<SocketDomainShape, 'pairs'> = {},
): [ThreadSocket, ThreadSocket] {
  expectOptions('a pair of sockets', shape)
  const domain = SocketDomain.create({ ...shape, pairs: 1 })
  const ends = domain.pair()
  domain.detach()
  return ends
}

/** Opens the end whose handle another thread has posted. Throws BadHandle for anything else. */
export function openSocket(handle: SocketHandle): ThreadSocket {
  return SocketDomain.open(handle)
}

/**
 * Opens the listener whose handle another thread has posted. Throws BadHandle for anything else.
 */
export function openListener(handle: SocketHandle): ThreadListener {
  return SocketDomain.openListener(handle)
}

const NAMES = ['pairs', 'bufferBytes', 'buffers', 'names', 'threads', 'waiters', 'pollers']

/** Throws, before this thread has a number there, unless the end is there that a handle names. */
function expectWhole(handle: SocketHandle): SocketHandle {
  expectHandle(HANDLE, handle)
  const { domain, zone, pollers, end } = handle
  SyncDomain.expect(domain)
  const memory = new LiveMemory(domain.buffer)
  new SocketZone({ memory }, zone).end(end)
  Pool.open(memory, pollers)
  return handle
}

function wholeShape(shape: SocketDomainShape): Required<SocketDomainShape> {
  expectOptions('a socket domain', shape)
  const strange = Object.keys(shape).find((name) => !NAMES.includes(name))
  if (strange !== undefined) {
    throw new TypeError(`a socket domain is told ${NAMES.join(', ')}: ${strange} came`)
  }
  const { pairs, bufferBytes, buffers, names } = SocketZone.check(shape)
  const { threads = Math.max(64, Math.min(2 * pairs, MOST_THREADS)), pollers = 16 } = shape
  expectCount('threads', threads)
  expectCount('pollers', pollers)
  const { waiters = Math.max(LEAST_WAITERS, threads + 4 * pairs) } = shape
  return { pairs, bufferBytes, buffers, names, threads, waiters, pollers }
}

function expectCount(what: string, count: unknown): void {
  if (Number.isInteger(count) && (count as number) >= 1) return
  throw new RangeError(
    `a socket domain is for a whole number of ${what}, at least 1: ${came(count)} came`,
  )
}
