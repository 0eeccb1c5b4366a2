import {
  type Address,
  type Arena,
  came,
  expectHandle,
  expectMethods,
  type HandleKind,
  type Memory,
  NIL,
} from '@smpnet/memory'
import { type Lot, SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { NoSockets } from '../datagram/no-sockets.ts'
import { SocketMisuse } from '../errors.ts'
import { expectTold } from '../expect-told.ts'
import { NameTable } from '../name-table.ts'
import { bury } from './burying.ts'
import { expectSock } from './expect-sock.ts'
import { makeFresh } from './fresh-block.ts'
import { type KindName, kindOf, setKind } from './kinds.ts'
import type { LockScheme, MakeSockLock } from './schemes/lock-scheme.ts'
import { LockedSocket } from './locked-socket.ts'
import { schemeTable } from './schemes/scheme-table.ts'
import { Sections } from './sections.ts'
import { namesOf } from './naming.ts'
import { isHeld, letGo } from './refs.ts'
import {
  blockBytes,
  openBlocks,
  PoolBlocks,
  type SockBlocks,
  type SockBlocksHandle,
  ZoneBlocks,
} from './sock-blocks.ts'
import type { SockHandle, SockHome } from './sock-home.ts'
import { SOCK_LOCK_BYTES } from './sock-layout.ts'
import { type SharedLocks, SockParts } from './sock-parts.ts'
import { ownerOf, SockState } from './sock-state.ts'

/** How many sockets there are to be, and how much each may hold. */
export interface LockedSocketsShape {
  /** Control blocks that can be in use at once, until both ends are closed; 64 unless told. */
  readonly sockets?: number
  /** Bytes that wait at each, a power of two; 8192 unless told, as in FreeBSD. */
  readonly receiveBytes?: number
  /** CPUs that use them, attached threads included; 1 unless told. */
  readonly cpus?: number
  /**
   * Where control blocks come from: `pool`, a list under a lock, unless told, or `zone`, caches of
   * the CPUs, which scale, but in which a thread that dies leaves what nobody can bury.
   */
  readonly blocks?: 'pool' | 'zone'
  /** Sockets that can have a name at once; 16 unless told. */
  readonly names?: number
}

/** What another thread needs to open them in the same memory; it can be cloned and posted. */
export interface LockedSocketsHandle {
  readonly blocks: SockBlocksHandle
  readonly shared: SharedLocks
  readonly names: { readonly at: Address; readonly count: number }
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
  fields: { blocks: 'any', shared: 'any', names: 'any', receiveBytes: 'count' },
}

const NAMES: HandleKind = {
  of: 'the names of locked sockets',
  fields: { at: 'address', count: 'count' },
}
/** A table is looked through. */
const MOST_NAMES = 2 ** 16

/**
 * Local stream sockets under the locks of a scheme, as one thread or CPU uses them: FreeBSD's
 * socket layer over a protocol as plain as can be. A connect makes the other end in the queue of a
 * listener, as sonewconn does, and bytes are moved from a caller to the buffer of the peer.
 *
 * References decide which thread frees a block: its owner, or the queue that it waits in, has one,
 * and the peer another. A thread is the owner of what it created, connected or accepted, and of
 * what it took over; `bury` closes what a thread that has ended was the owner of.
 */
export class LockedSockets implements SockHome {
  readonly memory: Memory
  readonly scheme: LockScheme
  readonly sections: Sections
  readonly looksFirst: boolean
  readonly names: NameTable
  readonly #blocks: SockBlocks
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
    expectTold('locked sockets', options, ['locking', 'lock', 'looksFirst'])
    this.memory = memory
    this.scheme = schemeOf(options.locking)
    this.sections = Sections.of(this.scheme)
    this.looksFirst = options.looksFirst ?? false
    expectHandle(NAMES, handle.names, memory)
    this.names = namesOf(memory, handle.names.at, handle.names.count)
    this.#blocks = openBlocks(memory, handle.blocks)
  }

  /** Places sockets. Throws RangeError for a bad shape, OutOfMemory if they are too many. */
  static place(arena: Arena, shape: LockedSocketsShape = {}): LockedSocketsHandle {
    expectMethods('where sockets are placed', arena, ['place'])
    expectTold('locked sockets', shape, ['sockets', 'receiveBytes', 'cpus', 'blocks', 'names'])
    const { sockets = 64, receiveBytes = 8192, cpus = 1, blocks = 'pool', names = 16 } = shape
    if (!Number.isInteger(receiveBytes) || !Number.isInteger(Math.log2(receiveBytes))) {
      throw new RangeError(
        `a buffer of a locked socket holds a power of two of bytes: ${came(receiveBytes)} came`,
      )
    }
    if (blocks !== 'pool' && blocks !== 'zone') {
      throw new RangeError(`blocks of locked sockets come from pool or zone: ${came(blocks)} came`)
    }
    if (!Number.isInteger(names) || names < 1 || names > MOST_NAMES) {
      const what = `locked sockets have 1 to ${MOST_NAMES} names`
      throw new RangeError(`${what}: ${came(names)} came`)
    }
    const each = { items: sockets, itemBytes: blockBytes(receiveBytes) }
    const placed =
      blocks === 'zone' ? ZoneBlocks.place(arena, each, cpus) : PoolBlocks.place(arena, each)
    const shared = {
      accept: arena.place('accept lock', SOCK_LOCK_BYTES),
      names: arena.place('lock of names', SOCK_LOCK_BYTES),
    }
    const table = arena.place('names', NameTable.bytes(names))
    return { blocks: placed, shared, names: { at: table, count: names }, receiveBytes }
  }

  /**
   * A new socket, of a kind of `socketKinds`. Throws NoSockets when all are in use, and a
   * RangeError for a kind that there is not.
   */
  *create(td: Waiter, kind: KindName = 'stream'): Waiting<LockedSocket> {
    const made = kindOf(kind)
    const at = yield* this.alloc(td)
    if (at === NIL) throw NoSockets.allInUse(this.#blocks.items, 'locked')
    while (!this.memory.settled()) yield SETTLE
    setKind(this.memory, at, made)
    return new LockedSocket(this, { at, use: SockState.useOf(this.memory, at) })
  }

  /** The socket that another thread has made, of its handle. Throws SocketMisuse for none. */
  open(handle: SockHandle): LockedSocket {
    const { at, use } = expectSock(handle, this.memory)
    return new LockedSocket(this, { at, use })
  }

  *alloc(td: Waiter): Waiting<Address> {
    const { memory } = this
    const at = yield* this.#blocks.alloc(td)
    if (at === NIL) return NIL
    while (!memory.settled()) yield SETTLE
    makeFresh(memory, at, this.#blocks.newUse(at), ownerOf(td.lot.cpu))
    return at
  }

  *release(td: Waiter, { at, use }: SockHandle, by: number): Waiting {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    if (letGo(memory, at, use, by)) yield* this.#blocks.free(td, at, use)
  }

  /** Blocks that are in use. Exact when nobody opens or closes one meanwhile. */
  inUse(): number {
    return this.#blocks.inUse()
  }

  born(): readonly Address[] {
    return this.#blocks.born() ?? []
  }

  /**
   * Closes the sockets of a thread that has ended, by its number in the lot, after `lot.bury` of
   * it: their peers hear of a reset, what waits in the queue of a listener is reset, and its blocks
   * are freed. What the thread left half done in a call on another's socket is made whole, and all
   * that sleep in a socket look again. The dead may have ended anywhere, the last undertaker as
   * well, whose number is then buried, too. It takes the locks of all sockets, one after the other;
   * for one undertaker at a time. Throws SocketMisuse where blocks come from a zone.
   */
  *bury(td: Waiter, thread: number): Waiting {
    expectThread(thread)
    if (this.#blocks.born() === undefined) {
      const what = 'a thread is buried in sockets whose blocks come from a pool'
      throw new SocketMisuse(`${what}: these come from a zone`)
    }
    yield* this.#blocks.bury(thread)
    yield* bury(td, this, thread)
    for (const at of this.born()) {
      const use = SockState.useOf(this.memory, at)
      if (!isHeld(this.memory, at, use)) yield* this.#blocks.free(td, at, use)
    }
  }

  partsOf(socket: Address): SockParts {
    const known = this.#parts.get(socket)
    if (known !== undefined) return known
    const { memory, scheme, handle, options } = this
    const { receiveBytes: bytes, shared } = handle
    const parts = new SockParts(memory, scheme, socket, bytes, options.lock, shared)
    this.#parts.set(socket, parts)
    return parts
  }
}

function expectThread(thread: number): void {
  if (Number.isInteger(thread) && thread >= 0) return
  throw new RangeError(`a thread is buried by its number in the lot, from 0: ${came(thread)} came`)
}

/** The scheme of that name. Throws a RangeError that says which there are. */
export function schemeOf(name: string): LockScheme {
  const scheme = schemeTable.find((one) => one.name === name)
  if (scheme !== undefined) return scheme
  const names = schemeTable.map((one) => one.name).join(', ')
  throw new RangeError(`locking of sockets is one of ${names}: ${came(name)} came`)
}
