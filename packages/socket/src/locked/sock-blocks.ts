import {
  type Address,
  type Arena,
  type Memory,
  NIL,
  Pool,
  type PoolHandle,
  Zone,
  type ZoneHandle,
} from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { SOCK } from './sock-layout.ts'
import { SockState, useNumber } from './sock-state.ts'

/** Where control blocks come from, as another thread opens it; it can be cloned and posted. */
export type SockBlocksHandle = PoolHandle | ZoneHandle

/** How many blocks there are to be, of how many bytes. */
export interface SockBlocksShape {
  readonly items: number
  readonly itemBytes: number
}

/** Gives out the control blocks of sockets, and takes them back. */
export interface SockBlocks {
  /** How many there are. */
  readonly items: number
  /** A block that is nobody else's, or NIL. */
  alloc(td: Waiter): Waiting<Address>
  /** Which use of a block begins, for a caller that has just been given it. */
  newUse(block: Address): number
  free(td: Waiter, block: Address, use: number): Waiting
  /** Blocks in use. Exact when nobody opens or closes one meanwhile. */
  inUse(): number
  /** Blocks that hold a socket, which is born; undefined where nobody can tell. */
  born(): Address[] | undefined
  /** Frees what a thread that has ended took, and told nobody of. */
  bury(thread: number): Waiting
}

const NAME = 'locked sockets'
/** Blocks that a CPU's magazine has: a depot that is asked seldom. */
const MAGAZINE_ITEMS = 8

/**
 * Blocks from one list, under one lock, in which each says of itself whether it is in use, and
 * which thread took it: what a thread that died has taken is found.
 */
export class PoolBlocks implements SockBlocks {
  readonly items: number
  readonly #pool: Pool

  constructor(
    readonly memory: Memory,
    handle: PoolHandle,
  ) {
    this.#pool = Pool.open(memory, handle)
    this.items = handle.items
  }

  static place(arena: Arena, shape: SockBlocksShape): PoolHandle {
    return Pool.create(arena, { name: NAME, ...shape }).handle
  }

  alloc(): Waiting<Address> {
    return this.#pool.alloc()
  }

  newUse(block: Address): number {
    return useNumber(this.#pool.useOf(block))
  }

  /** By the whole number of the use, in which nobody can free the next one. */
  *free(_td: Waiter, block: Address, use: number): Waiting {
    const whole = this.#pool.useOf(block)
    if (whole !== 0 && useNumber(whole) === use) yield* this.#pool.free(block, whole)
  }

  inUse(): number {
    return this.#pool.inUse()
  }

  born(): Address[] {
    return [...this.#pool.items()].filter((block) => this.#isBorn(block))
  }

  bury(thread: number): Waiting {
    return this.#pool.bury(thread, (block) => this.#isBorn(block))
  }

  #isBorn(block: Address): boolean {
    const use = this.#pool.useOf(block)
    return use !== 0 && SockState.useOf(this.memory, block) === useNumber(use)
  }
}

/** Blocks from the caches of CPUs, in which the dead leave what nobody finds. */
export class ZoneBlocks implements SockBlocks {
  readonly items: number
  readonly #zone: Zone

  constructor(
    readonly memory: Memory,
    handle: ZoneHandle,
  ) {
    this.#zone = Zone.open(memory, handle)
    this.items = handle.items
  }

  static place(arena: Arena, shape: SockBlocksShape, cpus: number): ZoneHandle {
    const whole = { name: NAME, ...shape, cpus, magazineItems: MAGAZINE_ITEMS }
    return Zone.create(arena, whole).handle
  }

  *alloc(td: Waiter): Waiting<Address> {
    const block = this.#zone.tryAlloc(td)
    return block === NIL ? yield* this.#zone.alloc(td) : block
  }

  newUse(block: Address): number {
    return useNumber(SockState.useOf(this.memory, block) + 1)
  }

  *free(td: Waiter, block: Address): Waiting {
    if (!this.#zone.tryFree(td, block)) yield* this.#zone.free(td, block)
  }

  inUse(): number {
    const { allocated, freed } = this.#zone.statistics()
    return allocated - freed
  }

  born(): undefined {
    return undefined
  }

  bury(): never {
    throw new Error('blocks of the caches of CPUs are not buried')
  }
}

/** A block's size, with the bytes that wait in it. */
export function blockBytes(receiveBytes: number): number {
  return SOCK.size + receiveBytes
}

export function openBlocks(memory: Memory, handle: SockBlocksHandle): SockBlocks {
  return 'cpus' in handle ? new ZoneBlocks(memory, handle) : new PoolBlocks(memory, handle)
}
