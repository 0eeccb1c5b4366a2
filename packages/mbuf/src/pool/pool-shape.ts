import {
  type Address,
  type Arena,
  CACHE_LINE_BYTES,
  Interrupt,
  layout,
  type Memory,
  NIL,
  word,
  Zone,
  type ZoneHandle,
  type ZoneShape,
} from '@smpnet/memory'
import { BUFFER_BYTES, HEADER_BYTES, OWNER, OWNER_SHIFT } from '../layout/header.ts'

/** How many clusters of each size there are to be; none of a size that is left out. */
export interface ClusterCounts {
  readonly of2k?: number
  readonly of4k?: number
  readonly of9k?: number
  readonly of64k?: number
}

/** What packet buffers are asked to be. */
export interface MbufShape {
  /** Names them in errors. */
  readonly name: string
  /** CPUs, attached threads included, numbered from 0. */
  readonly cpus: number
  /** How many mbufs can be in use at once; each packet has one at least. */
  readonly mbufs: number
  readonly clusters?: ClusterCounts
  /** Names of those that have packets, such as 'netisr', for the accounts. */
  readonly owners?: readonly string[]
  /** The most buffers of a size that `ensure` is asked for at once; 8 unless told. */
  readonly ensured?: number
}

/** What another thread needs to open them in the same memory; it can be cloned and posted. */
export interface MbufHandle {
  readonly name: string
  readonly at: Address
  readonly cpus: number
  /** The zone of the mbufs, and those of the clusters by class; null where there are none. */
  readonly zones: readonly (ZoneHandle | null)[]
  /** Where the items of each zone are, in use or not; none where there are none. */
  readonly ranges: readonly ItemRange[]
  readonly owners: readonly string[]
}

/** Items of one size, one behind the other. */
export interface ItemRange {
  readonly first: Address
  readonly count: number
  readonly itemBytes: number
}

/** What is counted for each CPU. Every field is (o): that CPU's. */
export const COUNTS = layout('mbuf counts', {
  /** Allocations, and calls of `ensure`, for which too little was there. */
  failed: word('o', 'cpu'),
  /** Buffers that were given back, since what was to follow them was not to be had. */
  returned: word('o', 'cpu'),
})

/** The owner of a packet that has not been told its owner. */
export const UNOWNED = 'unowned'
const MOST_OWNERS = (OWNER >> OWNER_SHIFT) + 1
/**
 * Items that change hands at the depot at once, by class. A CPU may have two magazines of idle
 * items: 16 mbufs, 32 KiB of the smallest clusters and at most 128 KiB of the others. So a `Zone`
 * holds little even of large ones, and they can be had in every context, which of a `Pool` they
 * cannot: its lock is taken for each item, by interrupts in no way, and it ensures nothing.
 */
const MAGAZINE_ITEMS = [8, 8, 4, 2, 1] as const

/** Places the zones. Throws RangeError for a bad shape, OutOfMemory if they are too large. */
export function placePool(arena: Arena, shape: MbufShape): MbufHandle {
  const { name, cpus } = shape
  const owners = [UNOWNED, ...(shape.owners ?? [])]
  expectOwners(name, owners)
  const zones = zonesOf(shape).map((zone) => zone && Zone.create(arena, zone).handle)
  const at = arena.place(`mbufs ${name}`, cpus * COUNTS.size)
  const ranges = zones.map((zone) => rangeOf(arena.memory, zone))
  return { name, at, cpus, zones, ranges, owners }
}

/** Bytes that `placePool` takes of an arena, at most. */
export function poolBytes(shape: MbufShape): number {
  const zones = zonesOf(shape).map((zone) => (zone === null ? 0 : Zone.bytes(zone)))
  const parts = [...zones, shape.cpus * COUNTS.size]
  return parts.reduce((sum, bytes) => sum + bytes + CACHE_LINE_BYTES, 0)
}

/** The zone of the mbufs, and those of the clusters by class; null for a size of which none are. */
function zonesOf({ name, cpus, mbufs, clusters = {}, ensured = 8 }: MbufShape) {
  const counts = [mbufs, clusters.of2k, clusters.of4k, clusters.of9k, clusters.of64k]
  return counts.map((items = 0, size): ZoneShape | null => {
    if (items === 0 && size > 0) return null
    const bytes = BUFFER_BYTES[size]!
    return {
      name: size === 0 ? `${name} mbufs` : `${name} clusters of ${bytes}`,
      items,
      itemBytes: HEADER_BYTES + bytes,
      cpus,
      magazineItems: Math.max(1, Math.min(MAGAZINE_ITEMS[size]!, items)),
      ensured: Math.max(1, Math.min(ensured, items)),
    }
  })
}

/** Where all items of a new zone are: it has more than were asked for, so they are all taken. */
function rangeOf(memory: Memory, handle: ZoneHandle | null): ItemRange {
  if (handle === null) return { first: NIL, count: 0, itemBytes: 1 }
  const zone = Zone.open(memory, handle)
  const irq = new Interrupt(0)
  const items: Address[] = []
  for (let item = zone.allocNow(irq); item !== NIL; item = zone.allocNow(irq)) items.push(item)
  for (const item of items) zone.freeNow(irq, item)
  const first = items.reduce((least, item) => Math.min(least, item))
  return { first, count: items.length, itemBytes: handle.itemBytes }
}

/** Whether an item of that size is at `at`, in use or not. */
export function isItem({ first, count, itemBytes }: ItemRange, at: Address): boolean {
  const index = (at - first) / itemBytes
  return Number.isInteger(index) && index >= 0 && index < count
}

function expectOwners(name: string, owners: readonly string[]): void {
  if (owners.length > MOST_OWNERS) {
    throw new RangeError(
      `mbufs ${name} have at most ${MOST_OWNERS - 1} named owners: ${owners.length - 1} came`,
    )
  }
  if (new Set(owners).size === owners.length) return
  throw new RangeError(`mbufs ${name} have owners of different names: ${owners.join(', ')} came`)
}
