import { type Address, NIL, WORD_BYTES } from './address.ts'
import { CACHE, cacheOf, MAGAZINE, type Magazines } from './magazines.ts'
import { planZone } from './zone-shape.ts'

/**
 * What a zone has of a CPU or thread that has ended, and how all of it is had again, for the holder
 * of the depot's lock, whose section the dead may have been in.
 *
 * The magazines of all others are known, since they change under that lock alone. All that are not
 * theirs are the depot's, but for two, which the next thread of the dead's number will have. Those
 * that are full say so; from what is left, the one that the dead was using and its reserve, whole
 * magazines are filled, and the rest is the next thread's.
 *
 * An item that the dead was just taking or giving back is in no magazine, and is not found.
 */
export function buryLocked(magazines: Magazines, dead: number): void {
  const { memory, zone } = magazines
  const cache = cacheOf(zone, dead)
  const depot = notHeldByOthers(magazines, dead)
  const countOf = (magazine: Address): number => memory.read(magazine + MAGAZINE.count)
  const full = depot.filter((magazine) => countOf(magazine) === zone.magazineItems)
  const begun = depot.filter((magazine) => !full.includes(magazine))
  const listed = new Set(depot.flatMap((magazine) => itemsOf(magazines, magazine)))
  const reserved = reserveOf(magazines, cache).filter((item) => !listed.has(item))
  const loose = [...begun.flatMap((magazine) => itemsOf(magazines, magazine)), ...reserved]
  const filled = begun.map((magazine) => {
    const items = loose.splice(0, zone.magazineItems)
    items.forEach((item, i) => memory.write(magazine + MAGAZINE.items + i * WORD_BYTES, item))
    memory.write(magazine + MAGAZINE.count, items.length)
    return magazine
  })
  memory.write(cache + CACHE.offset.reserve, NIL)
  memory.write(cache + CACHE.offset.reserved, 0)
  const isFull = (magazine: Address): boolean => countOf(magazine) === zone.magazineItems
  const rest = filled.filter((magazine) => !isFull(magazine))
  const [first, second, ...empty] = rest
  magazines.hold(cache, first!, second!)
  magazines.stackLocked([...full, ...filled.filter(isFull)], empty)
}

/** The magazines of the depot and of the dead, in the order in which they were laid out. */
function notHeldByOthers({ memory, zone }: Magazines, dead: number): Address[] {
  const { full, magazineBytes } = planZone(zone)
  const held = new Set<Address>()
  for (let cpu = 0; cpu < zone.cpus; cpu++) {
    if (cpu === dead) continue
    held.add(memory.read(cacheOf(zone, cpu) + CACHE.offset.first))
    held.add(memory.read(cacheOf(zone, cpu) + CACHE.offset.second))
  }
  const first = cacheOf(zone, zone.cpus)
  const all = Array.from({ length: full + 2 * zone.cpus }, (_, i) => first + i * magazineBytes)
  return all.filter((magazine) => !held.has(magazine))
}

function itemsOf({ memory }: Magazines, magazine: Address): Address[] {
  const items: Address[] = []
  const end = magazine + MAGAZINE.items + memory.read(magazine + MAGAZINE.count) * WORD_BYTES
  for (let at = magazine + MAGAZINE.items; at < end; at += WORD_BYTES) items.push(memory.read(at))
  return items
}

function reserveOf({ memory }: Magazines, cache: Address): Address[] {
  const items: Address[] = []
  let item = memory.read(cache + CACHE.offset.reserve)
  for (; item !== NIL; item = memory.read(item)) items.push(item)
  return items
}
