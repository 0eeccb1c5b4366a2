import { type Address, Arena, NIL } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import {
  CalmWaker,
  type Checker,
  drive,
  ModelLock,
  StillWaiter,
  untilPosted,
} from '@smpnet/park/model'
import { bury } from '../locked/burying.ts'
import { NameTable } from '../name-table.ts'
import { makeFresh } from '../locked/fresh-block.ts'
import { type KindName, kindOf, setKind } from '../locked/kinds.ts'
import { LockedSocket } from '../locked/locked-socket.ts'
import type { LockScheme } from '../locked/schemes/lock-scheme.ts'
import { Sections } from '../locked/sections.ts'
import { namesOf } from '../locked/naming.ts'
import { isHeld, letGo } from '../locked/refs.ts'
import type { SockHandle, SockHome } from '../locked/sock-home.ts'
import { SOCK, SOCK_LOCK_BYTES } from '../locked/sock-layout.ts'
import { type SharedLocks, SockParts } from '../locked/sock-parts.ts'
import { ownerOf, SockState } from '../locked/sock-state.ts'
import { StrictMemory } from './strict-memory.ts'

/** What a model may have besides its scheme: a death, and planted faults. */
export interface SockFaults {
  /** Whether a thread may die, and sleepers therefore sleep in truth. */
  readonly isMortal?: boolean
  /** Locks that exclude nobody. */
  readonly isTorn?: boolean
  readonly KindOfMemory?: typeof StrictMemory
  /** What the burial of a thread that died leaves out. */
  readonly forgets?: 'sockets' | 'sleepers' | 'references'
}

/** What a checker tells of a thread that died. */
type ModelDeaths = (burial: (dead: { readonly number: number }) => void) => void

/** Names of a world: fewer than sockets. */
const NAMES = 2
const LEAST_ITEM = SOCK.size + 64
const BLOCKS = 5

/**
 * The world of the models of local sockets: the sockets and their sections are the real ones; locks
 * are entered in one step, as they have models of their own, blocks are given out in a row, and
 * each write of a state is judged by the table.
 */
export class SockWorld implements SockHome {
  readonly memory: StrictMemory
  readonly sections: Sections
  readonly looksFirst = true
  readonly #tds: readonly Waiter[]
  readonly #blocks: readonly Address[]
  readonly #next: Address
  readonly names: NameTable
  readonly #shared: SharedLocks
  readonly #parts = new Map<Address, SockParts>()
  readonly #locks = new Map<Address, ModelLock>()
  readonly #isMortal: boolean
  readonly #bytes: number

  constructor(
    checker: Checker,
    readonly scheme: LockScheme,
    threads: number,
    readonly faults: SockFaults = {},
    bytes = 1,
  ) {
    const { KindOfMemory = StrictMemory, isMortal = false } = faults
    this.#isMortal = isMortal
    this.#bytes = bytes
    this.memory = new KindOfMemory(new SharedArrayBuffer(1 << 13), checker)
    this.memory.keeps = SockState.keptBy(scheme)
    const { memory } = this
    this.sections = Sections.of(scheme)
    const arena = Arena.create(memory)
    const waiters = threads + 2
    const lots = Lot.place(arena, { buckets: 1, cpus: waiters, threads: 1, waiters })
    this.#shared = {
      accept: arena.place('accept lock', SOCK_LOCK_BYTES),
      names: arena.place('lock of names', SOCK_LOCK_BYTES),
    }
    this.names = namesOf(memory, arena.place('names', NameTable.bytes(NAMES)), NAMES)
    this.#next = arena.place('next block', 64)
    this.#blocks = Array.from({ length: BLOCKS }, () => arena.place('socket', LEAST_ITEM))
    this.#tds = Array.from({ length: waiters }, (_, cpu) => {
      const waker = isMortal ? new NotifyWaker(memory) : new CalmWaker(memory)
      return StillWaiter.of(new Lot(memory, lots, waker, cpu))
    })
  }

  /** Has thread `number` of the model do something to its end. */
  run<T>(number: number, waiting: (td: Waiter) => Waiting<T>): T {
    const td = this.#tds[number]!
    return this.#drive(td, waiting(td))
  }

  /** The same before and after all threads, where nothing is waited for. */
  now<T>(waiting: (td: Waiter) => Waiting<T>): T {
    const td = this.#tds.at(-1)!
    return finish(td, waiting(td))
  }

  create(kind?: KindName): LockedSocket {
    const socket = this.now((td) => this.creates(td))
    if (kind !== undefined) setKind(this.memory, socket.handle.at, kindOf(kind))
    return socket
  }

  *creates(td: Waiter): Waiting<LockedSocket> {
    const at = yield* this.alloc(td)
    return new LockedSocket(this, { at, use: SockState.useOf(this.memory, at) })
  }

  /** The same socket, which is a thread's of the model from now on. */
  of(number: number, socket: LockedSocket): LockedSocket {
    const td = this.#tds[number]!
    finish(td, socket.takeOver(td))
    return socket
  }

  /** Has a thread that dies be buried; the numbers of those that have. */
  mortal(onDeath: ModelDeaths): ReadonlySet<number> {
    const died = new Set<number>()
    onDeath(({ number }) => {
      died.add(number)
      this.bury(number)
    })
    return died
  }

  /** A wake that was meant for another sleep, as burials give, is told from one for this. */
  #drive<T>(td: Waiter, waiting: Waiting<T>): T {
    return this.#isMortal ? drive(td, waiting) : untilPosted(td, waiting)
  }

  /** A socket as another thread sees it, that has opened it by its handle. */
  opened({ handle }: LockedSocket): LockedSocket {
    return new LockedSocket(this, handle)
  }

  /** Two ends that are connected. */
  pair(kind?: KindName): [LockedSocket, LockedSocket] {
    const listener = this.create(kind)
    const client = this.create(kind)
    this.now((td) => listener.listen(td, 1))
    this.now((td) => client.connect(td, listener.handle))
    const server = this.now((td) => listener.accept(td))!
    this.now((td) => listener.close(td))
    return [client, server]
  }

  /** Blocks that are not free. For the end. */
  inUse(): number {
    const { memory } = this
    return this.born().filter((at) => isHeld(memory, at, SockState.useOf(memory, at))).length
  }

  born(): readonly Address[] {
    return this.#blocks.filter((at) => SockState.useOf(this.memory, at) !== 0)
  }

  /**
   * The burial of a thread of the model, by a waiter that is no other's: of what it has in the lot,
   * in the locks, which are entered in one step, and in the sockets.
   */
  bury(dead: number): void {
    const td = this.#tds.at(-2)!
    const lot = td.lot as Lot
    lot.patience = 2
    drive(td, lot.bury(dead))
    for (const lock of this.#locks.values()) lock.bury(dead)
    const { forgets } = this.faults
    if (forgets === 'sockets') return
    if (forgets === 'sleepers') lot.take = () => NIL
    drive(td, bury(td, this, dead))
  }

  /** What a word of a schedule is, by its number; undefined for those of the parking lot. */
  nameOf(word: number): string | undefined {
    const at = word << 2
    if (at === this.#shared.accept) return 'the accept lock'
    if (at === this.#shared.names) return 'the lock of names'
    const block = this.#blocks.findIndex((start) => at >= start && at < start + SOCK.size)
    if (block < 0) return undefined
    const offset = at - this.#blocks[block]!
    const lock = this.scheme.order.find(({ place }) => {
      return !(place in this.#shared) && SOCK.offset[place as 'soLock'] === offset
    })
    const fields = Object.keys(SOCK.offset) as (keyof typeof SOCK.offset)[]
    const field = fields.find((name) => SOCK.offset[name] === offset)
    return `${lock?.name ?? field ?? 'a word'} of block ${block + 1}`
  }

  partsOf(at: Address): SockParts {
    const known = this.#parts.get(at)
    if (known !== undefined) return known
    const make = (lock: Address) => this.#lockAt(lock)
    const parts = new SockParts(this.memory, this.scheme, at, this.#bytes, make, this.#shared)
    this.#parts.set(at, parts)
    return parts
  }

  // oxlint-disable-next-line require-yield
  *alloc(td: Waiter): Waiting<Address> {
    const { memory } = this
    const block = this.#blocks[memory.add(this.#next, 1)] ?? NIL
    if (block === NIL) throw new Error(`a world has ${BLOCKS} blocks, which were all taken`)
    makeFresh(memory, block, 1, ownerOf(td.lot.cpu))
    memory.judge(block)
    return block
  }

  // oxlint-disable-next-line require-yield
  *release(td: Waiter, { at, use }: SockHandle, by: number): Waiting {
    const { memory } = this
    const isThere = (memory.load(at + SOCK.offset.refs) & by) !== 0
    if (!isThere && !this.#isMortal) throw new Error('a block was let go once too often')
    const isForgotten = this.faults.forgets === 'references' && td === this.#tds.at(-2)
    if (!isForgotten && letGo(memory, at, use, by)) memory.free(at)
  }

  #lockAt(at: Address): ModelLock {
    const known = this.#locks.get(at)
    if (known !== undefined) return known
    const lock = new ModelLock(this.memory, at, this.faults.isTorn)
    this.#locks.set(at, lock)
    return lock
  }
}
