import { type Address, NIL, WORD_BYTES } from './address.ts'
import { popFree, pushFree } from './free-list.ts'
import { layout, word, words } from './layout.ts'
import type { Memory } from './memory.ts'
import { SpinLock } from './spin-lock.ts'
import { expectSame } from './handles.ts'
import type { ZoneHandle, ZonePlan } from './zone-shape.ts'

/**
 * Where the magazines of a zone are: at the CPUs, two for each and a reserve, or in the depot,
 * where CPUs exchange them. `Zone` says what all of it is for.
 *
 * The depot's lock protects the depot. A magazine leaves the depot only against another one, so
 * that there are always as many in it as were full at first. What a CPU holds is that CPU's: only
 * code that runs there touches it, in one go, and `cache` in this file is the address of the words
 * of the CPU that runs. All functions are plain; those that end in `Locked` are for sections under
 * the lock.
 */

/** A magazine: the addresses of so many free items. It is (o), a CPU's or the depot's. */
export const MAGAZINE = {
  /** What follows it in a stack of the depot. */
  link: 0,
  count: WORD_BYTES,
  items: 2 * WORD_BYTES,
} as const

/**
 * What a CPU holds. Fields are (o) unless they say otherwise: this CPU's, with no other CPU's words
 * on its line.
 */
export const CACHE = layout('zone cache', {
  /**
   * The magazine in use, one of the two below. The other one was in use before, and is full or
   * empty: the two take turns at no other moment, and by this one word.
   */
  loaded: word('o', 'cpu'),
  /** (m) Its two magazines, which this CPU changes under the depot's lock. */
  first: word('m', 'cpu'),
  second: word('m', 'cpu'),
  /** A free list of items for which the magazines have no room, and how many they are. */
  reserve: word('o', 'cpu'),
  reserved: word('o', 'cpu'),
  /** Statistics. */
  allocated: word('o', 'cpu'),
  freed: word('o', 'cpu'),
  failed: word('o', 'cpu'),
})

const DEPOT = layout('depot', {
  /** (x) The spin lock. */
  lock: word('x', 'depot'),
  /** (m) under the lock: stacks of full and of empty magazines, and how many are full. */
  full: word('m', 'depot'),
  empty: word('m', 'depot'),
  count: word('m', 'depot'),
  /** (a) Says that a zone is here, and which one: what a handle has to agree with. */
  magic: word('a', 'depot'),
  figures: words(5, 'a', 'depot'),
})

const MAGIC = 0x7a6f6e01

/** By what a handle of a zone could differ from the zone that it leads to. */
function figuresOf({ items, itemBytes, cpus, magazineItems, ensured }: ZoneHandle): number[] {
  return [items, itemBytes, cpus, magazineItems, ensured]
}

/** Throws BadHandle unless a handle names the zone that is there, with the figures it was given. */
export function expectZone(memory: Memory, handle: ZoneHandle): void {
  const { at, name } = handle
  const figures = figuresOf(handle)
  const found = figures.map((_, i) => memory.read(at + DEPOT.offset.figures + i * WORD_BYTES))
  const magic = memory.read(at + DEPOT.offset.magic)
  expectSame(`zone ${name}`, [magic, ...found], [MAGIC, ...figures])
}

/** The address of the words of a CPU. */
export function cacheOf(zone: ZoneHandle, cpu: number): Address {
  return zone.at + DEPOT.size + cpu * CACHE.size
}

/** Bytes of all that a zone consists of. */
export function zoneBytes({ shape, full, magazineBytes }: ZonePlan): number {
  const magazines = full + 2 * shape.cpus
  const items = full * shape.magazineItems
  const heads = DEPOT.size + shape.cpus * CACHE.size
  return heads + magazines * magazineBytes + items * shape.itemBytes
}

export class Magazines {
  readonly lock: SpinLock
  readonly #full: Address
  readonly #empty: Address
  readonly #fullCount: Address

  constructor(
    readonly memory: Memory,
    readonly zone: ZoneHandle,
  ) {
    this.lock = new SpinLock(memory, zone.at + DEPOT.offset.lock, `the depot of zone ${zone.name}`)
    this.#full = zone.at + DEPOT.offset.full
    this.#empty = zone.at + DEPOT.offset.empty
    this.#fullCount = zone.at + DEPOT.offset.count
  }

  /** Lays a new zone out: all items in full magazines in the depot, and two empty ones a CPU. */
  fill({ full, magazineBytes }: ZonePlan): void {
    const { cpus, itemBytes, magazineItems } = this.zone
    const { memory } = this
    memory.write(this.zone.at + DEPOT.offset.magic, MAGIC)
    figuresOf(this.zone).forEach((figure, i) => {
      memory.write(this.zone.at + DEPOT.offset.figures + i * WORD_BYTES, figure)
    })
    const first = cacheOf(this.zone, cpus)
    let item = first + (full + 2 * cpus) * magazineBytes
    for (let i = 0; i < full; i++) {
      const magazine = first + i * magazineBytes
      for (let slot = 0; slot < magazineItems; slot++, item += itemBytes) {
        memory.write(magazine + MAGAZINE.items + slot * WORD_BYTES, item)
      }
      memory.write(magazine + MAGAZINE.count, magazineItems)
      this.#addFull(magazine)
    }
    for (let cpu = 0; cpu < cpus; cpu++) {
      const empty = first + (full + 2 * cpu) * magazineBytes
      this.hold(cacheOf(this.zone, cpu), empty, empty + magazineBytes)
    }
  }

  /** Items that the CPU can allocate without the depot. */
  held(cache: Address): number {
    const { memory } = this
    const first = this.#countOf(memory.read(cache + CACHE.offset.first))
    const second = this.#countOf(memory.read(cache + CACHE.offset.second))
    return first + second + memory.read(cache + CACHE.offset.reserved)
  }

  /** An item of the CPU's reserve, or NIL. */
  takeReserved(cache: Address): Address {
    const item = popFree(this.memory, cache + CACHE.offset.reserve)
    if (item !== NIL) this.#add(cache + CACHE.offset.reserved, -1)
    return item
  }

  /** Has the CPU hold at least `count` items, or says false and changes nothing. */
  gatherLocked(cache: Address, count: number): boolean {
    const { memory } = this
    const missing = Math.ceil((count - this.held(cache)) / this.zone.magazineItems)
    if (missing > memory.read(this.#fullCount)) return false
    for (let left = missing; left > 0; left--) {
      const loaded = memory.read(cache + CACHE.offset.loaded)
      const isPut =
        this.#refillLocked(cache, loaded) ||
        this.#refillLocked(cache, this.otherThan(cache, loaded))
      if (!isPut) this.#reserveLocked(cache)
    }
    return true
  }

  /**
   * Has the CPU have room for an item. There is an empty magazine against its full one: if all of
   * the depot's were full, every item would be in them.
   */
  makeRoomLocked(cache: Address): void {
    const { memory } = this
    const loaded = memory.read(cache + CACHE.offset.loaded)
    if (this.#countOf(loaded) < this.zone.magazineItems) return
    const empty = popFree(memory, this.#empty)
    if (empty === NIL) {
      throw new Error(
        `zone ${this.zone.name} has more items than it began with: one came back twice`,
      )
    }
    this.#addFull(loaded)
    this.#exchange(cache, loaded, empty)
  }

  /** Of the two magazines of a CPU, the one that `magazine` is not. */
  otherThan(cache: Address, magazine: Address): Address {
    const { memory } = this
    const both = memory.read(cache + CACHE.offset.first) + memory.read(cache + CACHE.offset.second)
    return both - magazine
  }

  /** Makes the stacks of the depot of these magazines. Under the lock. */
  stackLocked(full: readonly Address[], empty: readonly Address[]): void {
    const { memory } = this
    memory.write(this.#full, NIL)
    memory.write(this.#empty, NIL)
    memory.write(this.#fullCount, 0)
    for (const magazine of full) this.#addFull(magazine)
    for (const magazine of empty) pushFree(memory, this.#empty, magazine)
  }

  #addFull(magazine: Address): void {
    pushFree(this.memory, this.#full, magazine)
    this.#add(this.#fullCount, 1)
  }

  /** Exchanges a CPU's magazine for a full one; false, and nothing done, if it is not empty. */
  #refillLocked(cache: Address, magazine: Address): boolean {
    if (this.#countOf(magazine) > 0) return false
    this.#exchange(cache, magazine, this.#takeFullLocked())
    pushFree(this.memory, this.#empty, magazine)
    return true
  }

  /** Gives a CPU another magazine in the place of one that it has. */
  #exchange(cache: Address, magazine: Address, other: Address): void {
    const { memory } = this
    const { first, second, loaded } = CACHE.offset
    const slot = memory.read(cache + first) === magazine ? first : second
    memory.write(cache + slot, other)
    if (memory.read(cache + loaded) === magazine) memory.write(cache + loaded, other)
  }

  /** Gives a CPU its two magazines, of which the first is the one in use. */
  hold(cache: Address, first: Address, second: Address): void {
    this.memory.write(cache + CACHE.offset.first, first)
    this.memory.write(cache + CACHE.offset.second, second)
    this.memory.write(cache + CACHE.offset.loaded, first)
  }

  /** Moves what is in a full magazine to the CPU's reserve, and leaves it in the depot, empty. */
  #reserveLocked(cache: Address): void {
    const { memory } = this
    const magazine = this.#takeFullLocked()
    const count = this.#countOf(magazine)
    for (let i = 0; i < count; i++) {
      const item = memory.read(magazine + MAGAZINE.items + i * WORD_BYTES)
      pushFree(memory, cache + CACHE.offset.reserve, item)
    }
    memory.write(magazine + MAGAZINE.count, 0)
    pushFree(memory, this.#empty, magazine)
    this.#add(cache + CACHE.offset.reserved, count)
  }

  /** A full magazine: the caller has seen that there is one. */
  #takeFullLocked(): Address {
    this.#add(this.#fullCount, -1)
    return popFree(this.memory, this.#full)
  }

  #countOf(magazine: Address): number {
    return this.memory.read(magazine + MAGAZINE.count)
  }

  #add(at: Address, delta: number): void {
    this.memory.write(at, this.memory.read(at) + delta)
  }
}
