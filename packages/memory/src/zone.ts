import { type Address, alignUp, CACHE_LINE_BYTES, NIL, WORD_BYTES } from './address.ts'
import type { Arena } from './arena.ts'
import { Depot } from './depot.ts'
import { layout, word } from './layout.ts'
import { MAGAZINE, magazineBytes } from './magazine.ts'
import type { Memory } from './memory.ts'
import type { Waiting } from './wait.ts'
import { checkZone, type ZoneShape } from './zone-shape.ts'

/** What another thread needs to open a zone of the same memory; it can be cloned and posted. */
export interface ZoneHandle extends Required<ZoneShape> {
  readonly at: Address
}

/** What a CPU holds. Every field is (o): this CPU's, with no other CPU's words on its line. */
const CACHE = layout('zone cache', {
  loaded: word('o', 'cpu'),
  previous: word('o', 'cpu'),
  allocated: word('o', 'cpu'),
  freed: word('o', 'cpu'),
  failed: word('o', 'cpu'),
})

export interface ZoneStatistics {
  readonly allocated: number
  readonly freed: number
  /** Allocations that found nothing left. */
  readonly failed: number
}

/**
 * A zone gives out items of one size and takes them back, from any CPU.
 *
 * The shape is Bonwick's magazines (Bonwick and Adams, USENIX ATC 2001), which FreeBSD's UMA calls
 * buckets. Each CPU holds two magazines, arrays of addresses of free items. Allocating pops one
 * and freeing pushes one: no atomic read-modify-write and no line that another CPU writes. When
 * neither magazine serves, one is exchanged at the depot, under a lock, for a full or an empty
 * one; with two in hand, at least a magazine's worth of calls lies between two such visits.
 *
 * Items sit idle in the magazines of CPUs that do not need them. A zone therefore has that many
 * more than was asked for, so that `items` can be in use whatever the CPUs hold.
 */
export class Zone {
  readonly #depot: Depot
  readonly #memory: Memory

  private constructor(
    readonly handle: ZoneHandle,
    memory: Memory,
  ) {
    this.#memory = memory
    this.#depot = new Depot(memory, handle.at)
  }

  /** Places a zone, filled. Throws RangeError for a bad shape, OutOfMemory if it is too large. */
  static create(arena: Arena, shape: ZoneShape): Zone {
    const magazineItems = shape.magazineItems ?? 8
    checkZone(shape, magazineItems)
    const { cpus } = shape
    const itemBytes = alignUp(shape.itemBytes, CACHE_LINE_BYTES)
    const full = Math.ceil(shape.items / magazineItems) + 2 * cpus
    const magazines = full + 2 * cpus
    const heads = Depot.bytes + cpus * CACHE.size
    const perMagazine = magazineBytes(magazineItems)
    const bytes = heads + magazines * perMagazine + full * magazineItems * itemBytes
    const at = arena.place(`zone ${shape.name}`, bytes)
    const zone = new Zone({ ...shape, itemBytes, magazineItems, at }, arena.memory)
    zone.#fill(at + heads, full, perMagazine)
    return zone
  }

  /** Opens, in any thread, the zone that a handle names. */
  static open(memory: Memory, handle: ZoneHandle): Zone {
    return new Zone(handle, memory)
  }

  /** An item, or NIL when this CPU's magazines have none: then `yield* alloc(cpu)`. */
  tryAlloc(cpu: number): Address {
    const memory = this.#memory
    const cache = this.#cache(cpu)
    let magazine = memory.read(cache + CACHE.offset.loaded)
    let count = memory.read(magazine + MAGAZINE.count)
    if (count === 0) {
      magazine = this.#swap(cache)
      count = memory.read(magazine + MAGAZINE.count)
      if (count === 0) return NIL
    }
    memory.write(magazine + MAGAZINE.count, count - 1)
    memory.write(cache + CACHE.offset.allocated, memory.read(cache + CACHE.offset.allocated) + 1)
    return memory.read(magazine + MAGAZINE.items + (count - 1) * WORD_BYTES)
  }

  /** Takes an item back, or says false when this CPU's magazines are full: then `yield* free`. */
  tryFree(cpu: number, item: Address): boolean {
    const memory = this.#memory
    const cache = this.#cache(cpu)
    let magazine = memory.read(cache + CACHE.offset.loaded)
    let count = memory.read(magazine + MAGAZINE.count)
    if (count === this.handle.magazineItems) {
      magazine = this.#swap(cache)
      count = memory.read(magazine + MAGAZINE.count)
      if (count === this.handle.magazineItems) return false
    }
    memory.write(magazine + MAGAZINE.items + count * WORD_BYTES, item)
    memory.write(magazine + MAGAZINE.count, count + 1)
    memory.write(cache + CACHE.offset.freed, memory.read(cache + CACHE.offset.freed) + 1)
    return true
  }

  /** An item, from the depot if need be; NIL, and counted, when all are in use. */
  *alloc(cpu: number): Waiting<Address> {
    for (;;) {
      const item = this.tryAlloc(cpu)
      if (item !== NIL) return item
      yield* this.#depot.lock.enter()
      const magazine = this.#memory.read(this.#cache(cpu) + CACHE.offset.loaded)
      const isEmpty = this.#memory.read(magazine + MAGAZINE.count) === 0
      const full = isEmpty ? this.#depot.exchangeEmpty(magazine) : magazine
      if (full !== NIL) this.#memory.write(this.#cache(cpu) + CACHE.offset.loaded, full)
      this.#depot.lock.exit()
      if (full === NIL) return this.#fail(cpu)
    }
  }

  /** Takes an item back, through the depot if need be. */
  *free(cpu: number, item: Address): Waiting {
    while (!this.tryFree(cpu, item)) {
      yield* this.#depot.lock.enter()
      const cache = this.#cache(cpu)
      const magazine = this.#memory.read(cache + CACHE.offset.loaded)
      if (this.#memory.read(magazine + MAGAZINE.count) === this.handle.magazineItems) {
        this.#memory.write(cache + CACHE.offset.loaded, this.#depot.exchangeFull(magazine))
      }
      this.#depot.lock.exit()
    }
  }

  /** Sums over the CPUs. Exact when nobody allocates meanwhile. */
  statistics(): ZoneStatistics {
    const sum = { allocated: 0, freed: 0, failed: 0 }
    for (let cpu = 0; cpu < this.handle.cpus; cpu++) {
      for (const name of ['allocated', 'freed', 'failed'] as const) {
        sum[name] += this.#memory.read(this.#cache(cpu) + CACHE.offset[name])
      }
    }
    return sum
  }

  #cache(cpu: number): Address {
    return this.handle.at + Depot.bytes + cpu * CACHE.size
  }

  /** Makes the previous magazine the loaded one. */
  #swap(cache: Address): Address {
    const loaded = this.#memory.read(cache + CACHE.offset.loaded)
    const previous = this.#memory.read(cache + CACHE.offset.previous)
    this.#memory.write(cache + CACHE.offset.previous, loaded)
    this.#memory.write(cache + CACHE.offset.loaded, previous)
    return previous
  }

  #fail(cpu: number): Address {
    const at = this.#cache(cpu) + CACHE.offset.failed
    this.#memory.write(at, this.#memory.read(at) + 1)
    return NIL
  }

  #fill(firstMagazine: Address, full: number, perMagazine: number): void {
    const { cpus, itemBytes, magazineItems } = this.handle
    const memory = this.#memory
    let item = firstMagazine + (full + 2 * cpus) * perMagazine
    for (let i = 0; i < full; i++) {
      const magazine = firstMagazine + i * perMagazine
      for (let slot = 0; slot < magazineItems; slot++, item += itemBytes) {
        memory.write(magazine + MAGAZINE.items + slot * WORD_BYTES, item)
      }
      memory.write(magazine + MAGAZINE.count, magazineItems)
      this.#depot.addFull(magazine)
    }
    for (let cpu = 0; cpu < cpus; cpu++) {
      const empty = firstMagazine + (full + 2 * cpu) * perMagazine
      memory.write(this.#cache(cpu) + CACHE.offset.loaded, empty)
      memory.write(this.#cache(cpu) + CACHE.offset.previous, empty + perMagazine)
    }
  }
}
