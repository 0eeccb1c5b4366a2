import { type Address, alignUp, CACHE_LINE_BYTES, WORD_BYTES } from './address.ts'
import { came } from './came.ts'
import { expectShape } from './expect.ts'

/** What a zone is asked to be. */
export interface ZoneShape {
  /** Names the zone in errors and in statistics. */
  readonly name: string
  /** How many items can be in use at once. */
  readonly items: number
  readonly itemBytes: number
  /** CPUs, attached threads included, numbered from 0. */
  readonly cpus: number
  /** Items that change hands at the depot at once; 8 unless told. */
  readonly magazineItems?: number
  /**
   * The most that `ensure` is asked for at once; a magazine's worth unless told. A CPU may hold
   * that many idle, and for more than a magazine the zone has as many more for each CPU.
   */
  readonly ensured?: number
}

/** What another thread needs to open a zone of the same memory; it can be cloned and posted. */
export interface ZoneHandle extends Required<ZoneShape> {
  readonly at: Address
}

/** What a zone is made of, besides the words of its depot and of its CPUs. */
export interface ZonePlan {
  readonly shape: Required<ZoneShape>
  /** Magazines that are full at first. There are two empty ones for each CPU besides. */
  readonly full: number
  /** Bytes of a magazine, a link, a count and items: whole lines, since all of it changes hands. */
  readonly magazineBytes: number
}

/** Throws a RangeError, naming the zone and the figure, for a shape that no zone can have. */
export function planZone(shape: ZoneShape): ZonePlan {
  expectShape('a zone', shape)
  const { name, items, cpus, magazineItems = 8, ensured = magazineItems } = shape
  const zone = `zone ${name}`
  expectCount(zone, 'items', items)
  expectCount(zone, 'bytes per item', shape.itemBytes)
  expectCount(zone, 'CPUs', cpus)
  expectCount(zone, 'items per magazine', magazineItems)
  expectCount(zone, 'items to ensure', ensured)
  const itemBytes = alignUp(shape.itemBytes, CACHE_LINE_BYTES)
  const idle = 2 + reserveMagazines(ensured, magazineItems)
  const full = Math.ceil(items / magazineItems) + idle * cpus
  const magazineBytes = alignUp((2 + magazineItems) * WORD_BYTES, CACHE_LINE_BYTES)
  return {
    shape: { name, items, itemBytes, cpus, magazineItems, ensured },
    full,
    magazineBytes,
  }
}

/** Throws a RangeError, naming whose figure it is, unless it is a whole number from 1 on. */
export function expectCount(whose: string, what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new RangeError(`${whose} has a whole number of ${what}, at least 1: ${came(value)} came`)
}

/**
 * Magazines' worth that a reserve can hold after `ensure(ensured)`. It gets whole magazines when
 * the CPU's own ones cannot, since one is full and the other has an item at least. So up to a
 * magazine and an item it gets none, and beyond, they are added to at least that many until there
 * are as many as wanted: the reserve has fewer than `ensured - 1`.
 */
function reserveMagazines(ensured: number, magazineItems: number): number {
  return ensured <= magazineItems + 1 ? 0 : Math.ceil((ensured - 2) / magazineItems)
}
