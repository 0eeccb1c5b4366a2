import { type Address, Arena, NIL } from '@smpnet/memory'
import { finish, Lot, type Waiter, type Waiting } from '@smpnet/park'
import { CalmWaker, type Checker, ModelLock, StillWaiter, untilPosted } from '@smpnet/park/model'
import { makeFresh } from '../locked/fresh-block.ts'
import { LockedSocket } from '../locked/locked-socket.ts'
import type { LockScheme } from '../locked/schemes/lock-scheme.ts'
import { Sections } from '../locked/sections.ts'
import type { SockHome } from '../locked/sock-home.ts'
import { SOCK, SOCK_LOCK_BYTES } from '../locked/sock-layout.ts'
import { SockParts } from '../locked/sock-parts.ts'
import { SockState } from '../locked/sock-state.ts'
import { StrictMemory } from './strict-memory.ts'

/** What a model may have besides its scheme: planted faults. */
export interface SockFaults {
  /** Locks that exclude nobody. */
  readonly isTorn?: boolean
  readonly KindOfMemory?: typeof StrictMemory
}

/** Bytes of a buffer: those of the models fill it. */
const BUFFER_BYTES = 1
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
  readonly #freed: Address
  readonly #accept: Address
  readonly #parts = new Map<Address, SockParts>()
  readonly #isTorn: boolean

  constructor(
    checker: Checker,
    readonly scheme: LockScheme,
    threads: number,
    { isTorn = false, KindOfMemory = StrictMemory }: SockFaults = {},
  ) {
    this.#isTorn = isTorn
    this.memory = new KindOfMemory(new SharedArrayBuffer(1 << 13), checker)
    this.memory.keeps = SockState.keptBy(scheme)
    const { memory } = this
    this.sections = Sections.of(scheme)
    const arena = Arena.create(memory)
    const waiters = threads + 1
    const lots = Lot.place(arena, { buckets: 1, cpus: waiters, threads: 1, waiters })
    this.#accept = arena.place('accept lock', SOCK_LOCK_BYTES)
    this.#next = arena.place('next block', 64)
    this.#freed = arena.place('freed blocks', 64)
    this.#blocks = Array.from({ length: BLOCKS }, () => arena.place('socket', LEAST_ITEM))
    this.#tds = Array.from({ length: waiters }, (_, cpu) => {
      return StillWaiter.of(new Lot(memory, lots, new CalmWaker(memory), cpu))
    })
  }

  /** Has thread `number` of the model do something to its end. */
  run<T>(number: number, waiting: (td: Waiter) => Waiting<T>): T {
    const td = this.#tds[number]!
    return untilPosted(td, waiting(td))
  }

  /** The same before and after all threads, where nothing is waited for. */
  now<T>(waiting: (td: Waiter) => Waiting<T>): T {
    const td = this.#tds.at(-1)!
    return finish(td, waiting(td))
  }

  create(): LockedSocket {
    return this.now(() => this.creates())
  }

  *creates(): Waiting<LockedSocket> {
    const at = yield* this.alloc()
    return new LockedSocket(this, { at, use: SockState.useOf(this.memory, at) })
  }

  /** A socket as another thread sees it, that has opened it by its handle. */
  opened({ handle }: LockedSocket): LockedSocket {
    return new LockedSocket(this, handle)
  }

  /** Two ends that are connected. */
  pair(): [LockedSocket, LockedSocket] {
    const listener = this.create()
    const client = this.create()
    this.now((td) => listener.listen(td, 1))
    this.now((td) => client.connect(td, listener.handle))
    const server = this.now((td) => listener.accept(td))!
    this.now((td) => listener.close(td))
    return [client, server]
  }

  /** Blocks that are not free. For the end. */
  inUse(): number {
    return this.memory.load(this.#next) - this.memory.load(this.#freed)
  }

  /** What a word of a schedule is, by its number; undefined for those of the parking lot. */
  nameOf(word: number): string | undefined {
    const at = word << 2
    if (at === this.#accept) return 'the accept lock'
    const block = this.#blocks.findIndex((start) => at >= start && at < start + SOCK.size)
    if (block < 0) return undefined
    const offset = at - this.#blocks[block]!
    const lock = this.scheme.order.find(({ place }) => {
      return place !== 'accept' && SOCK.offset[place] === offset
    })
    const fields = Object.keys(SOCK.offset) as (keyof typeof SOCK.offset)[]
    const field = fields.find((name) => SOCK.offset[name] === offset)
    return `${lock?.name ?? field ?? 'a word'} of block ${block + 1}`
  }

  partsOf(at: Address): SockParts {
    const known = this.#parts.get(at)
    if (known !== undefined) return known
    const make = (lock: Address) => new ModelLock(this.memory, lock, this.#isTorn)
    const parts = new SockParts(this.memory, this.scheme, at, BUFFER_BYTES, make, this.#accept)
    this.#parts.set(at, parts)
    return parts
  }

  // oxlint-disable-next-line require-yield
  *alloc(): Waiting<Address> {
    const { memory } = this
    const block = this.#blocks[memory.add(this.#next, 1)] ?? NIL
    makeFresh(memory, block)
    memory.judge(block)
    return block
  }

  // oxlint-disable-next-line require-yield
  *release(_td: Waiter, at: Address): Waiting {
    const { memory } = this
    const before = memory.add(at + SOCK.offset.refs, -1)
    if (before < 1) throw new Error('a block was let go once too often')
    if (before === 1) memory.add(this.#freed, 1)
  }
}
