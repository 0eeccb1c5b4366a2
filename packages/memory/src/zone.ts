import { type Address, NIL, WORD_BYTES } from './address.ts'
import type { Arena } from './arena.ts'
import { CACHE, cacheOf, expectZone, MAGAZINE, Magazines, zoneBytes } from './magazines.ts'
import type { Memory } from './memory.ts'
import type { Interrupt, Place } from './place.ts'
import { came } from './came.ts'
import { expectMethods } from './expect.ts'
import { expectHandle, type HandleKind } from './handles.ts'
import { holderOf } from './spin-lock.ts'
import type { Waiting } from './wait.ts'
import { buryLocked } from './zone-burial.ts'
import { planZone, type ZoneHandle, type ZoneShape } from './zone-shape.ts'

/**
 * What the fast path needs, by names of its own: an engine puts a function into its caller as long
 * as all that it has put there is short, and `tryAlloc` with `tryFree` come close to that.
 */
const { loaded: LOADED, allocated: ALLOCATED, freed: FREED, failed: FAILED } = CACHE.offset
const { count: COUNT, items: ITEMS } = MAGAZINE
const CACHE_BYTES = CACHE.size

const HANDLE: HandleKind = {
  of: 'a zone',
  fields: {
    at: 'address',
    name: 'text',
    items: 'count',
    itemBytes: 'count',
    cpus: 'count',
    magazineItems: 'count',
    ensured: 'count',
  },
}

/**
 * A zone gives out items of one size and takes them back, from any CPU.
 *
 * The shape is Bonwick's magazines (Bonwick and Adams, USENIX ATC 2001), which FreeBSD's UMA calls
 * buckets. Each CPU holds two magazines, arrays of addresses of free items. Allocating pops one
 * and freeing pushes one: no atomic read-modify-write and no line that another CPU writes. When
 * neither magazine serves, one is exchanged at the depot for a full or an empty one; with two in
 * hand, at least a magazine's worth of calls lies between two such visits.
 *
 *     CPU 0: loaded, previous, reserve ─┐            ┌─ stack of full magazines
 *     CPU 1: loaded, previous, reserve ─┼─ depot ────┤
 *     …                                 ┘  (lock)    └─ stack of empty ones
 *
 * What a CPU holds is its own: only code that runs there touches it, in one go. The depot's lock
 * protects the depot's stacks, and nothing else. So the context decides how to call:
 *
 * - A thread may wait: `alloc`, `free`. While it waits for the depot it may be moved to another
 *   CPU, and afterwards it is that CPU's magazines that it fills or empties.
 * - A section, plain code under some lock, must not: it calls `tryAlloc`, which does not fail for
 *   as many items as its thread has had ensured since it last yielded, and `tryFree`.
 * - The handler of an interrupt spins for the depot's lock, bounded: `allocNow`, `freeNow`. A CPU's
 *   threads never hold that lock across a yield, so that the handler cannot meet its own CPU there.
 *
 * `ensure` puts full magazines in the place of empty ones. When one is full and the other is not
 * empty, and that is too little, the items of further magazines go into the CPU's reserve, a list,
 * and the magazines back to the depot, which therefore never runs out of empty ones.
 *
 * A thread may end after any step: which magazines a CPU has changes under the depot's lock alone,
 * so that `bury` finds those of the dead, and makes the depot anew (`zone-burial.ts`).
 *
 * Items sit idle in the magazines of CPUs that do not need them. A zone therefore has that many
 * more than was asked for, so that `items` can be in use whatever the CPUs hold.
 */
export class Zone {
  readonly #magazines: Magazines
  readonly #memory: Memory
  readonly #caches: Address
  readonly #magazineItems: number
  readonly #cpus: number

  private constructor(
    readonly handle: ZoneHandle,
    memory: Memory,
  ) {
    this.#memory = memory
    this.#magazines = new Magazines(memory, handle)
    this.#caches = cacheOf(handle, 0)
    this.#magazineItems = handle.magazineItems
    this.#cpus = handle.cpus
  }

  /** Places a zone, filled. Throws RangeError for a bad shape, OutOfMemory if it is too large. */
  static create(arena: Arena, shape: ZoneShape): Zone {
    expectMethods('the arena of a zone', arena, ['place'])
    const plan = planZone(shape)
    const at = arena.place(`zone ${shape.name}`, zoneBytes(plan))
    const zone = new Zone({ ...plan.shape, at }, arena.memory)
    zone.#magazines.fill(plan)
    return zone
  }

  /** Bytes of a zone of that shape. Throws a RangeError for a bad one. */
  static bytes(shape: ZoneShape): number {
    return zoneBytes(planZone(shape))
  }

  /** Opens, in any thread, the zone that a handle names. Throws BadHandle when it is none. */
  static open(memory: Memory, handle: ZoneHandle): Zone {
    expectHandle(HANDLE, handle, memory)
    expectZone(memory, handle)
    return new Zone(handle, memory)
  }

  /** An item, or NIL when this CPU holds none: then `yield* alloc(place)`. For any context. */
  tryAlloc(place: Place): Address {
    const memory = this.#memory
    const cache = this.#cache(place)
    let magazine = memory.read(cache + LOADED)
    let count = memory.read(magazine + COUNT)
    if (count === 0) {
      magazine = this.#swap(cache)
      count = memory.read(magazine + COUNT)
      if (count === 0) return this.#allocReserved(cache)
    }
    memory.write(magazine + COUNT, --count)
    this.#count(cache + ALLOCATED)
    return memory.read(magazine + ITEMS + count * WORD_BYTES)
  }

  /**
   * Takes an item back, or says false when this CPU's magazines are full: then
   * `yield* free(place, item)`. For any context.
   */
  tryFree(place: Place, item: Address): boolean {
    const memory = this.#memory
    const cache = this.#cache(place)
    let magazine = memory.read(cache + LOADED)
    let count = memory.read(magazine + COUNT)
    if (count === this.#magazineItems) {
      magazine = this.#swap(cache)
      count = memory.read(magazine + COUNT)
      if (count === this.#magazineItems) return false
    }
    memory.write(magazine + ITEMS + count * WORD_BYTES, item)
    memory.write(magazine + COUNT, count + 1)
    this.#count(cache + FREED)
    return true
  }

  /**
   * `tryAlloc` that also goes to the depot, if that is not locked. As `tryAlloc` in simulated time,
   * in which plain code takes no locks.
   */
  allocAtOnce(place: Place): Address {
    const item = this.tryAlloc(place)
    if (item !== NIL || !this.#entersAtOnce()) return item
    this.#magazines.gatherLocked(this.#cache(place), 1)
    this.#magazines.lock.exit()
    return this.tryAlloc(place)
  }

  /** `tryFree` in the same way. */
  freeAtOnce(place: Place, item: Address): boolean {
    if (this.tryFree(place, item)) return true
    if (!this.#entersAtOnce()) return false
    this.#freeLocked(place, item)
    return true
  }

  /** An item, from the depot if need be; NIL, and counted, when all are in use. */
  *alloc(place: Place): Waiting<Address> {
    const item = this.tryAlloc(place)
    if (item !== NIL) return item
    yield* this.#magazines.lock.enter()
    return this.#allocLocked(place)
  }

  /** The same in the handler of an interrupt. Throws an Error when the depot is not let go. */
  allocNow(irq: Interrupt): Address {
    const item = this.tryAlloc(irq)
    if (item !== NIL) return item
    this.#magazines.lock.enterNow()
    return this.#allocLocked(irq)
  }

  /** Takes an item back, through the depot if need be. */
  *free(place: Place, item: Address): Waiting {
    if (this.tryFree(place, item)) return
    yield* this.#magazines.lock.enter()
    this.#freeLocked(place, item)
  }

  /** The same in the handler of an interrupt. Throws an Error when the depot is not let go. */
  freeNow(irq: Interrupt, item: Address): void {
    if (this.tryFree(irq, item)) return
    this.#magazines.lock.enterNow()
    this.#freeLocked(irq, item)
  }

  /**
   * Has this CPU hold `count` items: until the caller yields, as many calls of `tryAlloc` there
   * give one. False, and counted as a failure, when the depot has too few; then nothing has
   * changed.
   */
  *ensure(place: Place, count: number): Waiting<boolean> {
    const magazines = this.#magazines
    if (magazines.held(this.#cache(place)) >= count) return true
    yield* magazines.lock.enter()
    const isDone = magazines.gatherLocked(this.#cache(place), count)
    magazines.lock.exit()
    if (!isDone) this.#count(this.#cache(place) + FAILED)
    return isDone
  }

  /**
   * Has again what the CPU or thread of that number held, which has ended: its magazines, its
   * reserve, and the depot's lock, whatever the dead was about there. Items that it had taken are
   * their user's to free. For one undertaker after the other, before others have that number.
   */
  *bury(cpu: number): Waiting {
    const magazines = this.#magazines
    this.#cache({ cpu })
    const putRight = (): void => buryLocked(magazines, cpu)
    if (magazines.lock.breakFrom(holderOf(cpu), putRight)) return
    yield* magazines.lock.enter()
    putRight()
    magazines.lock.exit()
  }

  /** Sums over the CPUs. Exact when no CPU allocates meanwhile. */
  statistics(): ZoneStatistics {
    const sum = { allocated: 0, freed: 0, failed: 0 }
    for (let cpu = 0; cpu < this.handle.cpus; cpu++) {
      for (const name of ['allocated', 'freed', 'failed'] as const) {
        sum[name] += this.#memory.read(cacheOf(this.handle, cpu) + CACHE.offset[name])
      }
    }
    return sum
  }

  /** Else a number or an object without a CPU would name what is no cache, and be written to. */
  #cache(place: Place): Address {
    const { cpu } = place
    if (!(cpu >= 0 && cpu < this.#cpus)) throw noCpu(place, this.handle)
    return this.#caches + cpu * CACHE_BYTES
  }

  /** Makes the previous magazine the loaded one, by one word: whatever ends it, both are there. */
  #swap(cache: Address): Address {
    const previous = this.#magazines.otherThan(cache, this.#memory.read(cache + LOADED))
    this.#memory.write(cache + LOADED, previous)
    return previous
  }

  #entersAtOnce(): boolean {
    return !this.#memory.isSimulated && this.#magazines.lock.tryEnter()
  }

  #allocReserved(cache: Address): Address {
    const item = this.#magazines.takeReserved(cache)
    if (item !== NIL) this.#count(cache + ALLOCATED)
    return item
  }

  /**
   * Ends a section of the depot. Another thread of this CPU may have filled its magazines before.
   */
  #allocLocked(place: Place): Address {
    this.#magazines.gatherLocked(this.#cache(place), 1)
    this.#magazines.lock.exit()
    const item = this.tryAlloc(place)
    if (item === NIL) this.#count(this.#cache(place) + FAILED)
    return item
  }

  #freeLocked(place: Place, item: Address): void {
    try {
      this.#magazines.makeRoomLocked(this.#cache(place))
    } finally {
      this.#magazines.lock.exit()
    }
    this.tryFree(place, item)
  }

  /** Adds 1 to one of this CPU's statistics. */
  #count(at: Address): void {
    this.#memory.write(at, this.#memory.read(at) + 1)
  }
}

function noCpu(place: Place, { name, cpus }: ZoneHandle): RangeError {
  return new RangeError(
    `zone ${name} is for the CPUs 0 to ${cpus - 1}, and asked by who has one as \`cpu\`, a ` +
      `waiter or an interrupt: ${came(place.cpu)} came`,
  )
}

export interface ZoneStatistics {
  readonly allocated: number
  readonly freed: number
  /** Allocations that found nothing left, and calls of `ensure` that found too little. */
  readonly failed: number
}
