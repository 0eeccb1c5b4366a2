import { type Address, alignUp, CACHE_LINE_BYTES, NIL } from './address.ts'
import type { Arena } from './arena.ts'
import { popFree, pushFree } from './free-list.ts'
import { layout, word } from './layout.ts'
import type { Memory } from './memory.ts'
import { SpinLock } from './spin-lock.ts'
import type { Waiting } from './wait.ts'
import { came } from './came.ts'
import { expectShape } from './expect.ts'
import { expectHandle, expectSame, type HandleKind } from './handles.ts'
import { expectCount } from './zone-shape.ts'

const POOL = layout('pool', {
  /** (x) The spin lock. */
  lock: word('x', 'pool'),
  /** (m) under the lock: the free items, and how often one was given, taken back and missing. */
  free: word('m', 'pool'),
  allocated: word('m', 'pool'),
  freed: word('m', 'pool'),
  failed: word('m', 'pool'),
  /** (a) Says that a pool is here, and which one: what a handle has to agree with. */
  magic: word('a', 'pool'),
  items: word('a', 'pool'),
  itemBytes: word('a', 'pool'),
})

const MAGIC = 0x706f6f01

const HANDLE: HandleKind = {
  of: 'a pool',
  fields: { at: 'address', name: 'text', items: 'count', itemBytes: 'count' },
}

/** What a pool is asked to be. */
export interface PoolShape {
  /** Names the pool in errors. */
  readonly name: string
  readonly items: number
  readonly itemBytes: number
}

/** What another thread needs to open a pool of the same memory; it can be cloned and posted. */
export interface PoolHandle extends PoolShape {
  readonly at: Address
}

/**
 * Gives out large items that come and go seldom, such as socket pairs with their buffers: one lock,
 * one list, no item idle in the cache of a CPU. For small items that come and go often there is
 * `Zone`.
 *
 * The lock protects the list and the counts. `alloc` and `free` are for threads, which may wait;
 * `tryAlloc` and `freeNow` for plain code.
 */
export class Pool {
  /** Of `tryAlloc`: another holds the lock, or simulated time has to catch up. No address. */
  static readonly HELD = -1
  readonly #lock: SpinLock
  readonly #free: Address

  private constructor(
    readonly handle: PoolHandle,
    readonly memory: Memory,
  ) {
    this.#lock = new SpinLock(memory, handle.at + POOL.offset.lock, `pool ${handle.name}`)
    this.#free = handle.at + POOL.offset.free
  }

  /** Places a pool, filled. Throws RangeError for a bad shape, OutOfMemory if it is too large. */
  static create(arena: Arena, shape: PoolShape): Pool {
    expectShape('a pool', shape)
    expectCount(`pool ${shape.name}`, 'items', shape.items)
    expectCount(`pool ${shape.name}`, 'bytes per item', shape.itemBytes)
    const itemBytes = alignUp(shape.itemBytes, CACHE_LINE_BYTES)
    const at = arena.place(`pool ${shape.name}`, POOL.size + shape.items * itemBytes)
    const { memory } = arena
    const pool = new Pool({ ...shape, itemBytes, at }, memory)
    memory.write(at + POOL.offset.magic, MAGIC)
    memory.write(at + POOL.offset.items, shape.items)
    memory.write(at + POOL.offset.itemBytes, itemBytes)
    for (let item = shape.items - 1; item >= 0; item--) {
      pushFree(memory, pool.#free, at + POOL.size + item * itemBytes)
    }
    return pool
  }

  /** Opens, in any thread, the pool that a handle names. Throws BadHandle when it is none. */
  static open(memory: Memory, handle: PoolHandle): Pool {
    expectHandle(HANDLE, handle, memory)
    const { at, items, itemBytes } = handle
    const made = (['magic', 'items', 'itemBytes'] as const).map((figure) =>
      memory.read(at + POOL.offset[figure]),
    )
    expectSame(`pool ${handle.name}`, made, [MAGIC, items, itemBytes])
    return new Pool(handle, memory)
  }

  /**
   * An item, whose bytes but the first word are as its last user left them; NIL, and counted, when
   * all are in use.
   */
  *alloc(): Waiting<Address> {
    yield* this.#lock.enter()
    return this.#pop()
  }

  /** The same at once; `Pool.HELD`, having done nothing, when the pool's lock is not to be had. */
  tryAlloc(): Address {
    return this.#lock.tryEnter() ? this.#pop() : Pool.HELD
  }

  /** Takes the item out for a holder of the lock, and unlocks. */
  #pop(): Address {
    const item = popFree(this.memory, this.#free)
    this.#count(item === NIL ? 'failed' : 'allocated')
    this.#lock.exit()
    return item
  }

  /** Takes an item back. Throws a RangeError for what is none of this pool. */
  *free(item: Address): Waiting {
    this.#expectItem(item)
    yield* this.#lock.enter()
    this.#push(item)
  }

  /** The same without a yield. Throws an Error when the lock is not let go; see `spinNow`. */
  freeNow(item: Address): void {
    this.#expectItem(item)
    this.#lock.enterNow()
    this.#push(item)
  }

  /** Asked before the lock is taken: what is no item would be given out, and all behind it lost. */
  #expectItem(item: Address): void {
    if (this.isItem(item)) return
    const { name, items } = this.handle
    throw new RangeError(
      `pool ${name} takes back the ${items} items that it has: ${came(item)} came`,
    )
  }

  /** Puts the item back for a holder of the lock, and unlocks. */
  #push(item: Address): void {
    pushFree(this.memory, this.#free, item)
    this.#count('freed')
    this.#lock.exit()
  }

  /** Whether an item of this pool is at `at`, in use or not. */
  isItem(at: Address): boolean {
    if (typeof at !== 'number') return false
    const { items, itemBytes } = this.handle
    const index = (at - this.handle.at - POOL.size) / itemBytes
    return Number.isInteger(index) && index >= 0 && index < items
  }

  /** Items in use. Exact when no CPU allocates or frees meanwhile. */
  inUse(): number {
    const { at } = this.handle
    return (
      (this.memory.read(at + POOL.offset.allocated) - this.memory.read(at + POOL.offset.freed)) | 0
    )
  }

  #count(what: 'allocated' | 'freed' | 'failed'): void {
    const at = this.handle.at + POOL.offset[what]
    this.memory.write(at, this.memory.read(at) + 1)
  }
}
