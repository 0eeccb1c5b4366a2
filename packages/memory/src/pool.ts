import { type Address, alignUp, CACHE_LINE_BYTES, NIL, WORD_BYTES } from './address.ts'
import type { Arena } from './arena.ts'
import { popFree, pushFree } from './free-list.ts'
import { layout, word } from './layout.ts'
import type { Memory } from './memory.ts'
import { holderOf, SpinLock } from './spin-lock.ts'
import type { Waiting } from './wait.ts'
import { came } from './came.ts'
import { expectMethods, expectShape } from './expect.ts'
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

/** The words of each item, in a table of their own, as what is in the item is its user's. */
const ITEM = {
  /** (x) How often it was given out and taken back: odd while in use. Written under the lock. */
  uses: 0,
  /** (x) Written under the lock: which holder of locks (`Memory.holder`) took it last. */
  taker: WORD_BYTES,
  size: 2 * WORD_BYTES,
} as const

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
 * `tryAlloc`, `tryFree` and `freeNow` for plain code.
 *
 * A thread may end after any step. Which items are free is said by a word of each, so that `bury`
 * makes the list anew when its lock was the dead thread's; and who took an item by another, so that
 * it finds what the dead had taken and told nobody of. `useOf` tells one use of an item from the
 * next: several may find out that a use is over, and each may free it, since it is freed once.
 */
export class Pool {
  /** Of `tryAlloc`: another holds the lock, or simulated time has to catch up. No address. */
  static readonly HELD = -1
  readonly #lock: SpinLock
  readonly #free: Address
  /** The first item; the words of the items lie before it. */
  readonly first: Address

  private constructor(
    readonly handle: PoolHandle,
    readonly memory: Memory,
  ) {
    this.#lock = new SpinLock(memory, handle.at + POOL.offset.lock, `pool ${handle.name}`)
    this.#free = handle.at + POOL.offset.free
    this.first = handle.at + POOL.size + tableBytes(handle.items)
  }

  /** Places a pool, filled. Throws RangeError for a bad shape, OutOfMemory if it is too large. */
  static create(arena: Arena, shape: PoolShape): Pool {
    expectMethods('the arena of a pool', arena, ['place'])
    const bytes = Pool.bytes(shape)
    const at = arena.place(`pool ${shape.name}`, bytes)
    const itemBytes = alignUp(shape.itemBytes, CACHE_LINE_BYTES)
    const { memory } = arena
    const pool = new Pool({ ...shape, itemBytes, at }, memory)
    memory.write(at + POOL.offset.magic, MAGIC)
    memory.write(at + POOL.offset.items, shape.items)
    memory.write(at + POOL.offset.itemBytes, itemBytes)
    pool.#list()
    return pool
  }

  /** Bytes of a pool of that shape. Throws a RangeError for a bad one. */
  static bytes(shape: PoolShape): number {
    expectShape('a pool', shape)
    const { name, items, itemBytes } = shape
    expectCount(`pool ${name}`, 'items', items)
    expectCount(`pool ${name}`, 'bytes per item', itemBytes)
    return POOL.size + tableBytes(items) + items * alignUp(itemBytes, CACHE_LINE_BYTES)
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
    const { memory } = this
    const item = memory.read(this.#free)
    if (item !== NIL) {
      const words = this.#wordsOf(item)
      memory.store(words + ITEM.taker, memory.holder)
      memory.store(words + ITEM.uses, (memory.read(words + ITEM.uses) + 1) | 0)
      popFree(memory, this.#free)
    }
    this.#count(item === NIL ? 'failed' : 'allocated')
    this.#lock.exit()
    return item
  }

  /**
   * Takes an item back, of the use that `useOf` has named, or of the present one. False, having
   * done nothing, when that use is over. Throws a RangeError for what is no item of this pool.
   */
  *free(item: Address, given?: number): Waiting<boolean> {
    this.#expectItem(item)
    const use = given ?? this.useOf(item)
    yield* this.#lock.enter()
    return this.#push(item, use)
  }

  /** The same without a yield. Throws HeldTooLong when the lock is not let go; see `spinNow`. */
  freeNow(item: Address, given?: number): boolean {
    this.#expectItem(item)
    const use = given ?? this.useOf(item)
    this.#lock.enterNow()
    return this.#push(item, use)
  }

  /** Asked before the lock is taken: what is no item would be given out, and all behind it lost. */
  #expectItem(item: Address): void {
    if (this.isItem(item)) return
    const { name, items } = this.handle
    throw new RangeError(
      `pool ${name} takes back the ${items} items that it has: ${came(item)} came`,
    )
  }

  /**
   * The same at once. False, having done nothing, when the lock is not to be had; true when that
   * use of the item is over, also when others have taken it back before.
   */
  tryFree(item: Address, given?: number): boolean {
    this.#expectItem(item)
    const use = given ?? this.useOf(item)
    if (!this.#lock.tryEnter()) return false
    this.#push(item, use)
    return true
  }

  /** Puts the item back for a holder of the lock, and unlocks. */
  #push(item: Address, use: number): boolean {
    const { memory } = this
    const uses = this.#wordsOf(item) + ITEM.uses
    const isInUse = use !== 0 && this.useOf(item) === use
    if (isInUse) {
      memory.store(uses, (memory.read(uses) + 1) | 0)
      pushFree(memory, this.#free, item)
      this.#count('freed')
    }
    this.#lock.exit()
    return isInUse
  }

  /** Which use of the item is under way: how often it was given out, modulo 2^31; 0 if none is. */
  useOf(item: Address): number {
    const uses = this.memory.load(this.#wordsOf(item) + ITEM.uses)
    return uses & 1 ? (uses >>> 1) + 1 : 0
  }

  /**
   * What the thread of that number, which has ended, leaves here: its lock is let go, when the list
   * is whole, and what it took is freed, unless `isKept` says that others know of it. For one
   * undertaker after the other; one that has ended itself leaves it to the next, that buries both.
   */
  *bury(thread: number, isKept: (item: Address) => boolean): Waiting {
    this.#lock.breakFrom(holderOf(thread), () => this.#list())
    for (const [item, use] of this.takenBy(thread)) {
      if (!isKept(item)) yield* this.free(item, use)
    }
  }

  /**
   * The items in use that a thread of that number took, which has ended, each with that use. The
   * use is read before the taker: a taker names itself first, and the dead take no more, so
   * that an item whose taker is the dead has had no other since.
   */
  *takenBy(thread: number): Generator<readonly [item: Address, use: number], void> {
    for (const item of this.items()) {
      const use = this.useOf(item)
      const taker = this.memory.load(this.#wordsOf(item) + ITEM.taker)
      if (use !== 0 && taker === holderOf(thread)) yield [item, use]
    }
  }

  /** Whether an item of this pool is at `at`, in use or not. */
  isItem(at: Address): boolean {
    if (typeof at !== 'number') return false
    const index = this.indexOf(at)
    return Number.isInteger(index) && index >= 0 && index < this.handle.items
  }

  /** The number of an item, from 0; no whole number for an address between items. */
  indexOf(item: Address): number {
    return (item - this.first) / this.handle.itemBytes
  }

  /** The address of an item by its number, from 0. */
  itemAt(index: number): Address {
    return this.first + index * this.handle.itemBytes
  }

  /** The addresses of all items, in use or not. */
  *items(): Generator<Address, void> {
    for (let i = 0; i < this.handle.items; i++) yield this.itemAt(i)
  }

  /** Items in use. Exact when no CPU allocates or frees meanwhile. */
  inUse(): number {
    const { at } = this.handle
    return (
      (this.memory.read(at + POOL.offset.allocated) - this.memory.read(at + POOL.offset.freed)) | 0
    )
  }

  /** Makes the list of free items anew, and the counts agree with it. For a holder of the lock. */
  #list(): void {
    const { memory, handle } = this
    let used = 0
    memory.write(this.#free, NIL)
    for (let i = handle.items - 1; i >= 0; i--) {
      const item = this.itemAt(i)
      if (this.useOf(item) === 0) pushFree(memory, this.#free, item)
      else used++
    }
    const allocated = memory.read(handle.at + POOL.offset.allocated)
    memory.write(handle.at + POOL.offset.freed, (allocated - used) | 0)
  }

  #wordsOf(item: Address): Address {
    return this.handle.at + POOL.size + this.indexOf(item) * ITEM.size
  }

  #count(what: 'allocated' | 'freed' | 'failed'): void {
    const at = this.handle.at + POOL.offset[what]
    this.memory.write(at, this.memory.read(at) + 1)
  }
}

function tableBytes(items: number): number {
  return alignUp(items * ITEM.size, CACHE_LINE_BYTES)
}
