import {
  type Address,
  type Arena,
  came,
  expectHandle,
  expectMethods,
  expectOptions,
  type HandleKind,
  type Memory,
  NIL,
  Zone,
  type ZoneHandle,
} from '@smpnet/memory'
import { type Lot, SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { NoSockets } from '../datagram/no-sockets.ts'
import { expectSock } from './expect-sock.ts'
import { makeFresh } from './fresh-block.ts'
import type { LockScheme, MakeSockLock } from './schemes/lock-scheme.ts'
import { LockedSocket } from './locked-socket.ts'
import { schemeTable } from './schemes/scheme-table.ts'
import { Sections } from './sections.ts'
import type { SockHandle, SockHome } from './sock-home.ts'
import { SOCK, SOCK_LOCK_BYTES } from './sock-layout.ts'
import { SockParts } from './sock-parts.ts'
import { SockState } from './sock-state.ts'

/** How many sockets there are to be, and how much each may hold. */
export interface LockedSocketsShape {
  /** Control blocks that can be in use at once, until both ends are closed; 64 unless told. */
  readonly sockets?: number
  /** Bytes that wait at each, a power of two; 8192 unless told, as in FreeBSD. */
  readonly receiveBytes?: number
  /** CPUs that use them, attached threads included; 1 unless told. */
  readonly cpus?: number
}

/** What another thread needs to open them in the same memory; it can be cloned and posted. */
export interface LockedSocketsHandle {
  readonly zone: ZoneHandle
  readonly accept: Address
  readonly receiveBytes: number
}

export interface LockedSocketsOptions {
  /** Which locks the parts of a socket are under, by the name of the scheme; the same for all. */
  readonly locking: string
  /** Makes this thread's view of a lock, by its words. */
  readonly lock: MakeSockLock
  /** Whether accept looks at the queue of complete connections before it takes the lock. */
  readonly looksFirst?: boolean
}

const HANDLE: HandleKind = {
  of: 'locked sockets',
  fields: { zone: 'any', accept: 'address', receiveBytes: 'count' },
}

/**
 * Local stream sockets under the locks of a scheme, as one thread or CPU uses them: FreeBSD's
 * socket layer over a protocol as plain as can be. A connect makes the other end in the queue of a
 * listener, as sonewconn does, and bytes are moved from a caller to the buffer of the peer.
 *
 * A count decides which thread frees a block: its owner, or the queue that it waits in, has one
 * reference, and the peer another.
 */
export class LockedSockets implements SockHome {
  readonly memory: Memory
  readonly scheme: LockScheme
  readonly sections: Sections
  readonly looksFirst: boolean
  readonly #zone: Zone
  readonly #parts = new Map<Address, SockParts>()

  constructor(
    { memory }: Pick<Lot, 'memory'>,
    readonly handle: LockedSocketsHandle,
    readonly options: LockedSocketsOptions,
  ) {
    expectHandle(HANDLE, handle, memory)
    if (typeof options?.lock !== 'function') {
      const what = 'locked sockets are told a function that makes a lock of its words'
      throw new TypeError(`${what}, lock: ${came(options?.lock)} came`)
    }
    this.memory = memory
    this.scheme = schemeOf(options.locking)
    this.sections = Sections.of(this.scheme)
    this.looksFirst = options.looksFirst ?? false
    this.#zone = Zone.open(memory, handle.zone)
  }

  /** Places sockets. Throws RangeError for a bad shape, OutOfMemory if they are too many. */
  static place(arena: Arena, shape: LockedSocketsShape = {}): LockedSocketsHandle {
    expectMethods('where sockets are placed', arena, ['place'])
    expectOptions('locked sockets', shape)
    const { sockets = 64, receiveBytes = 8192, cpus = 1 } = shape
    if (!Number.isInteger(receiveBytes) || !Number.isInteger(Math.log2(receiveBytes))) {
      throw new RangeError(
        `a buffer of a locked socket holds a power of two of bytes: ${came(receiveBytes)} came`,
      )
    }
    const itemBytes = SOCK.size + receiveBytes
    const zone = Zone.create(arena, {
      name: 'locked sockets',
      items: sockets,
      itemBytes,
      cpus,
      magazineItems: MAGAZINE_ITEMS,
    })
    const accept = arena.place('accept lock', SOCK_LOCK_BYTES)
    return { zone: zone.handle, accept, receiveBytes }
  }

  /** A new socket. Throws NoSockets when all are in use. */
  *create(td: Waiter): Waiting<LockedSocket> {
    const at = yield* this.alloc(td)
    if (at === NIL) throw NoSockets.allInUse(this.handle.zone.items, 'locked')
    while (!this.memory.settled()) yield SETTLE
    return new LockedSocket(this, { at, use: SockState.useOf(this.memory, at) })
  }

  /** The socket that another thread has made, of its handle. Throws SocketMisuse for none. */
  open(handle: SockHandle): LockedSocket {
    const { at, use } = expectSock(handle, this.memory)
    return new LockedSocket(this, { at, use })
  }

  *alloc(td: Waiter): Waiting<Address> {
    const { memory } = this
    let at = this.#zone.tryAlloc(td)
    if (at === NIL) at = yield* this.#zone.alloc(td)
    if (at === NIL) return NIL
    while (!memory.settled()) yield SETTLE
    makeFresh(memory, at)
    return at
  }

  *release(td: Waiter, socket: Address): Waiting {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    if (memory.add(socket + SOCK.offset.refs, -1) > 1) return
    if (!this.#zone.tryFree(td, socket)) yield* this.#zone.free(td, socket)
  }

  /** Blocks that are in use. Exact when nobody opens or closes one meanwhile. */
  inUse(): number {
    const { allocated, freed } = this.#zone.statistics()
    return allocated - freed
  }

  partsOf(socket: Address): SockParts {
    const known = this.#parts.get(socket)
    if (known !== undefined) return known
    const { memory, scheme, handle, options } = this
    const bytes = handle.receiveBytes
    const parts = new SockParts(memory, scheme, socket, bytes, options.lock, handle.accept)
    this.#parts.set(socket, parts)
    return parts
  }
}

/** Blocks that a CPU's magazine has: a depot that is asked seldom. */
const MAGAZINE_ITEMS = 8

/** The scheme of that name. Throws a RangeError that says which there are. */
export function schemeOf(name: string): LockScheme {
  const scheme = schemeTable.find((one) => one.name === name)
  if (scheme !== undefined) return scheme
  const names = schemeTable.map((one) => one.name).join(', ')
  throw new RangeError(`locking of sockets is one of ${names}: ${came(name)} came`)
}
