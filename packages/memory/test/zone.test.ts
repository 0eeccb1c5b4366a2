import { describe, expect, it } from 'vitest'
import {
  type Address,
  Arena,
  LiveMemory,
  NIL,
  OutOfMemory,
  type Place,
  PricedMemory,
  SPIN,
  Zone,
} from '../src/index.ts'
import { Bill, kinds, run } from './memories.ts'

const shape = { name: 'mbufs', items: 20, itemBytes: 100, cpus: 3, magazineItems: 4 }
const places: readonly Place[] = [{ cpu: 0 }, { cpu: 1 }, { cpu: 2 }]
const [here, there] = places as [Place, Place]

/** Allocates until the zone says that nothing is left. */
function exhaust(zone: Zone, place: Place): Address[] {
  const items: Address[] = []
  for (let item = run(zone.alloc(place)); item !== NIL; item = run(zone.alloc(place))) {
    items.push(item)
  }
  return items
}

describe.each(kinds)('a zone of %s memory', (_, create) => {
  const make = (more = {}): Zone =>
    Zone.create(Arena.create(create(1 << 16)), { ...shape, ...more })

  it('takes of its arena what it says', () => {
    const arena = Arena.create(create(1 << 16))
    Zone.create(arena, shape)
    expect(arena.placed.map(({ bytes }) => bytes)).toEqual([Zone.bytes(shape)])
  })

  it('gives out items that do not overlap', () => {
    const zone = make()
    const items = Array.from({ length: 20 }, () => run(zone.alloc(here))).sort((a, b) => a - b)
    expect(items).not.toContain(NIL)
    for (let i = 1; i < items.length; i++) expect(items[i]! - items[i - 1]!).toBeGreaterThan(99)
  })

  it('always has as many items as were asked for, wherever they were freed', () => {
    const zone = make()
    for (const place of places) {
      const held = Array.from({ length: 20 }, () => run(zone.alloc(place)))
      expect(held).not.toContain(NIL)
      for (const item of held) run(zone.free(places[(place.cpu + 1) % 3]!, item))
    }
  })

  it('says NIL and counts when all are in use', () => {
    const zone = make()
    const given = exhaust(zone, there).length
    expect(zone.statistics()).toEqual({ allocated: given, freed: 0, failed: 1 })
  })

  it('gives plain code what the depot has, and takes it back, in no simulated time', () => {
    const zone = make()
    const isLive = !create(1 << 10).isSimulated
    const items: Address[] = []
    for (let item = zone.allocAtOnce(here); item !== NIL; item = zone.allocAtOnce(here)) {
      items.push(item)
    }
    expect(new Set(items).size).toBe(isLive ? exhaust(make(), here).length : 0)
    for (const item of items) expect(zone.freeAtOnce(there, item)).toBe(true)
    expect(zone.statistics()).toEqual({ allocated: items.length, freed: items.length, failed: 0 })
    const again = exhaust(zone, there)
    expect(again.length).toBeGreaterThanOrEqual(20)
    const areFreed = again.map((item) => zone.freeAtOnce(here, item))
    expect(areFreed.filter((isFreed) => isFreed).length).toBe(isLive ? again.length : 8)
  })

  it('is opened by its handle', () => {
    const arena = Arena.create(create(1 << 16))
    const { handle } = Zone.create(arena, shape)
    const zone = Zone.open(arena.memory, structuredClone(handle))
    expect(run(zone.alloc(there))).toBeGreaterThan(handle.at)
  })

  it('says that an item came back twice when it has more than it began with', () => {
    const zone = make({ items: 1, cpus: 1, magazineItems: 1 })
    const [item] = exhaust(zone, here)
    const twice = () => {
      for (let i = 0; i < 10; i++) run(zone.free(here, item!))
    }
    expect(twice).toThrow('zone mbufs has more items than it began with: one came back twice')
    expect(twice).toThrow('one came back twice')
  })

  it.each([-1, 2, Number.NaN, undefined])('refuses a CPU that it has not: %s', (cpu) => {
    const zone = make({ items: 4, cpus: 2 })
    const place = { ...here, cpu: cpu as number }
    const refusal = `zone mbufs is for the CPUs 0 to 1, and asked by who has one as \`cpu\``
    expect(() => zone.tryAlloc(place)).toThrow(refusal)
    expect(() => zone.tryFree(place, 64)).toThrow(refusal)
    expect(() => run(zone.ensure(place, 1))).toThrow(refusal)
    expect(zone.statistics()).toEqual({ allocated: 0, freed: 0, failed: 0 })
  })

  it('refuses figures that it cannot have, and memory that does not suffice', () => {
    const arena = Arena.create(create(1024))
    expect(() => Zone.create(arena, { ...shape, items: 0 })).toThrow(
      'zone mbufs has a whole number of items, at least 1: 0 came',
    )
    expect(() => Zone.create(arena, { ...shape, cpus: 1.5 })).toThrow('number of CPUs')
    expect(() => Zone.create(arena, { ...shape, ensured: 0 })).toThrow('number of items to ensure')
    expect(() => Zone.create(arena, shape)).toThrow(OutOfMemory)
    expect(() => Zone.create(arena, shape)).toThrow('zone mbufs needs')
  })
})

describe('the fast path of a zone', () => {
  it('does no atomic read-modify-write and writes only lines of its CPU', () => {
    const bill = new Bill()
    const zone = Zone.create(Arena.create(new PricedMemory(1 << 16, bill)), shape)
    const lines = [0, 1].map((cpu) => {
      const item = run(zone.alloc(places[cpu]!))
      expect(zone.tryFree(places[cpu]!, item)).toBe(true)
      bill.items.length = 0
      for (let i = 0; i < 10; i++)
        expect(zone.tryFree(places[cpu]!, zone.tryAlloc(places[cpu]!))).toBe(true)
      return new Set(bill.items)
    })
    for (const items of lines) {
      expect([...items].filter((item) => item.startsWith('update'))).toEqual([])
    }
    const written = lines.map((items) => [...items].filter((item) => item.startsWith('write')))
    expect(written[0]!.filter((item) => written[1]!.includes(item))).toEqual([])
  })

  it('visits the depot once per magazine at most', () => {
    const bill = new Bill()
    const zone = Zone.create(Arena.create(new PricedMemory(1 << 16, bill)), shape)
    bill.items.length = 0
    const held = Array.from({ length: 20 }, () => run(zone.alloc(here)))
    for (const item of held) run(zone.free(here, item))
    const visits = bill.items.filter((item) => item.startsWith('update')).length
    expect(visits).toBeGreaterThan(0)
    expect(visits).toBeLessThanOrEqual(10)
  })
})

describe('two threads of one CPU that meet at the depot', () => {
  const total = 11 * 4

  /** A zone of 11 full magazines, and its depot's lock, held while two begin to wait for it. */
  function make() {
    const memory = LiveMemory.create(1 << 16)
    const zone = Zone.create(Arena.create(memory), shape)
    const meet = <T>(begin: () => Generator<number, T, number>): T[] => {
      memory.store(zone.handle.at, 1)
      const both = [begin(), begin()]
      for (const waiting of both) expect(waiting.next(0)).toEqual({ done: false, value: SPIN })
      memory.store(zone.handle.at, 0)
      return both.map(run)
    }
    return { zone, meet }
  }

  it('exchange one empty magazine, not also the one that the other has just got', () => {
    const { zone, meet } = make()
    const items = [...meet(() => zone.alloc(here))]
    for (;;) {
      const item = run(zone.alloc(here))
      if (item === NIL) break
      items.push(item)
    }
    expect(new Set(items).size).toBe(total)
  })

  it('exchange one full magazine, not also the one that the other has just got', () => {
    const { zone, meet } = make()
    const items = Array.from({ length: total }, () => run(zone.alloc(here)))
    while (zone.tryFree(here, items.at(-1)!)) items.pop()
    for (let i = 0; i < 4; i++) {
      meet(() => zone.free(here, items.pop()!))
      while (items.length > 2 && zone.tryFree(here, items.at(-1)!)) items.pop()
    }
    expect(items.length).toBe(total - 2 * 4 - 4 * 4)
    const again = Array.from({ length: total - items.length }, () => run(zone.alloc(there)))
    expect(again.filter((item) => item === NIL)).toHaveLength(2 * 4)
  })
})
