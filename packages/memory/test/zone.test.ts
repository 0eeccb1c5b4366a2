import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Address,
  Arena,
  LiveMemory,
  NIL,
  OutOfMemory,
  PricedMemory,
  SPIN,
  Zone,
} from '../src/index.ts'
import { Bill, kinds, run } from './memories.ts'

const shape = { name: 'mbufs', items: 20, itemBytes: 100, cpus: 3, magazineItems: 4 }

describe.each(kinds)('a zone of %s memory', (_, create) => {
  const make = (): Zone => Zone.create(Arena.create(create(1 << 16)), shape)

  it('gives out items that do not overlap', () => {
    const zone = make()
    const items = Array.from({ length: 20 }, () => run(zone.alloc(0))).sort((a, b) => a - b)
    expect(items).not.toContain(NIL)
    for (let i = 1; i < items.length; i++) expect(items[i]! - items[i - 1]!).toBeGreaterThan(99)
  })

  it('always has as many items as were asked for, wherever they were freed', () => {
    const zone = make()
    for (let cpu = 0; cpu < 3; cpu++) {
      const held = Array.from({ length: 20 }, () => run(zone.alloc(cpu)))
      expect(held).not.toContain(NIL)
      for (const item of held) run(zone.free((cpu + 1) % 3, item))
    }
  })

  it('says NIL and counts when all are in use', () => {
    const zone = make()
    let given = 0
    while (run(zone.alloc(1)) !== NIL) given++
    expect(zone.statistics()).toEqual({ allocated: given, freed: 0, failed: 1 })
  })

  it('never gives out an item twice', () => {
    const steps = fc.array(fc.record({ cpu: fc.nat(2), frees: fc.boolean(), which: fc.nat() }))
    fc.assert(
      fc.property(steps, (program) => {
        const zone = make()
        const held: Address[] = []
        for (const { cpu, frees, which } of program) {
          if (frees && held.length > 0)
            run(zone.free(cpu, held.splice(which % held.length, 1)[0]!))
          else if (held.length < shape.items) held.push(run(zone.alloc(cpu)))
        }
        expect(held).not.toContain(NIL)
        expect(new Set(held).size).toBe(held.length)
      }),
    )
  })

  it('is opened by its handle', () => {
    const arena = Arena.create(create(1 << 16))
    const { handle } = Zone.create(arena, shape)
    const zone = Zone.open(arena.memory, structuredClone(handle))
    expect(run(zone.alloc(2))).toBeGreaterThan(handle.at)
  })

  it('refuses figures that it cannot have, and memory that does not suffice', () => {
    const arena = Arena.create(create(1024))
    expect(() => Zone.create(arena, { ...shape, items: 0 })).toThrow(
      'zone mbufs has a whole number of items, at least 1: 0 came',
    )
    expect(() => Zone.create(arena, { ...shape, cpus: 1.5 })).toThrow('number of CPUs')
    expect(() => Zone.create(arena, shape)).toThrow(OutOfMemory)
    expect(() => Zone.create(arena, shape)).toThrow('zone mbufs needs')
  })
})

describe('the fast path of a zone', () => {
  it('does no atomic read-modify-write and writes only lines of its CPU', () => {
    const bill = new Bill()
    const zone = Zone.create(Arena.create(new PricedMemory(1 << 16, bill)), shape)
    const lines = [0, 1].map((cpu) => {
      const item = run(zone.alloc(cpu))
      expect(zone.tryFree(cpu, item)).toBe(true)
      bill.items.length = 0
      for (let i = 0; i < 10; i++) expect(zone.tryFree(cpu, zone.tryAlloc(cpu))).toBe(true)
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
    const held = Array.from({ length: 20 }, () => run(zone.alloc(0)))
    for (const item of held) run(zone.free(0, item))
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
    const items = [...meet(() => zone.alloc(0))]
    for (;;) {
      const item = run(zone.alloc(0))
      if (item === NIL) break
      items.push(item)
    }
    expect(new Set(items).size).toBe(total)
  })

  it('exchange one full magazine, not also the one that the other has just got', () => {
    const { zone, meet } = make()
    const items = Array.from({ length: total }, () => run(zone.alloc(0)))
    while (zone.tryFree(0, items.at(-1)!)) items.pop()
    for (let i = 0; i < 4; i++) {
      meet(() => zone.free(0, items.pop()!))
      while (items.length > 2 && zone.tryFree(0, items.at(-1)!)) items.pop()
    }
    expect(items.length).toBe(total - 2 * 4 - 4 * 4)
    const again = Array.from({ length: total - items.length }, () => run(zone.alloc(1)))
    expect(again.filter((item) => item === NIL)).toHaveLength(2 * 4)
  })
})
