import { describe, expect, it } from 'vitest'
import {
  type Address,
  Arena,
  Interrupt,
  NIL,
  type Place,
  PricedMemory,
  SPIN,
  type Waiting,
  Zone,
} from '../src/index.ts'
import { CACHE_LINE_BYTES } from '../src/address.ts'
import { cacheOf } from '../src/magazines.ts'
import { Bill, kinds, run } from './memories.ts'

const shape = { name: 'mbufs', items: 60, itemBytes: 100, cpus: 3, magazineItems: 4 }
const here: Place = { cpu: 0 }
const there: Place = { cpu: 1 }

/** Allocates by `take` until nothing is left. */
function exhaust(take: () => Address): Address[] {
  const items: Address[] = []
  for (let item = take(); item !== NIL; item = take()) items.push(item)
  return items
}

describe.each(kinds)('plain code with a zone of %s memory', (_, create) => {
  const make = (): Zone => Zone.create(Arena.create(create(1 << 17)), { ...shape, ensured: 50 })

  it.each([1, 2, 3, 4, 5, 8, 9, 17, 33, 50])('can allocate the %i items ensured', (count) => {
    // Whatever the CPU's magazines hold before: each number from none to all that they can.
    for (let before = 0; before <= 2 * shape.magazineItems; before++) {
      const zone = make()
      const items = Array.from({ length: before }, () => run(zone.alloc(there)))
      for (const item of items) run(zone.free(here, item))
      expect(run(zone.ensure(here, count))).toBe(true)
      const got = Array.from({ length: count }, () => zone.tryAlloc(here))
      expect(got).not.toContain(NIL)
      expect(new Set(got).size).toBe(count)
    }
  })

  it('is told that there are not so many, and no CPU has fewer then', () => {
    const zone = make()
    const total = 60 + 3 * (2 * 4 + 12 * 4)
    expect(run(zone.ensure(here, total + 1))).toBe(false)
    expect(zone.statistics()).toEqual({ allocated: 0, freed: 0, failed: 1 })
    expect(exhaust(() => run(zone.alloc(there)))).toHaveLength(total)
    expect(run(zone.ensure(here, 1))).toBe(false)
  })

  it('gets nothing by asking twice for what it has not used', () => {
    const zone = make()
    for (let i = 0; i < 100; i++) expect(run(zone.ensure(here, 50))).toBe(true)
    expect(exhaust(() => zone.tryAlloc(here)).length).toBeLessThan(50 + shape.magazineItems)
  })

  it('leaves as many to others as the zone was made for, whatever it had ensured', () => {
    const zone = make()
    for (const cpu of [0, 1]) {
      const items = Array.from({ length: 4 + 1 }, () => run(zone.alloc({ cpu })))
      run(zone.ensure({ cpu }, 50))
      for (const item of items) run(zone.free({ cpu }, item))
    }
    expect(exhaust(() => run(zone.alloc({ cpu: 2 }))).length).toBeGreaterThanOrEqual(60)
  })
})

describe.each(kinds)('an interrupt with a zone of %s memory', (_, create) => {
  const irq = new Interrupt(0)
  const make = (): Zone => Zone.create(Arena.create(create(1 << 17)), shape)

  it('allocates where its CPU holds nothing and the depot is full', () => {
    const zone = make()
    expect(zone.tryAlloc(irq)).toBe(NIL)
    expect(zone.allocNow(irq)).not.toBe(NIL)
  })

  it('allocates all there is, and frees it', () => {
    const zone = make()
    const items = exhaust(() => zone.allocNow(irq))
    expect(new Set(items).size).toBe(60 + 3 * 2 * 4)
    for (const item of items) zone.freeNow(irq, item)
    expect(exhaust(() => run(zone.alloc(there)))).toHaveLength(60 + 2 * 2 * 4)
    const { length } = items
    expect(zone.statistics()).toEqual({
      allocated: length + 60 + 2 * 2 * 4,
      freed: length,
      failed: 2,
    })
  })
})

describe('an interrupt of a simulated CPU', () => {
  it('is not left waiting for a depot that cannot be let go', () => {
    const memory = new PricedMemory(1 << 17, new Bill())
    const zone = Zone.create(Arena.create(memory), shape)
    memory.store(zone.handle.at, 1)
    expect(() => zone.allocNow(new Interrupt(0))).toThrow('the depot of zone mbufs at ')
  })
})

/**
 * A thread of CPU 0 that has to wait for the depot, and is on CPU 1 when it has it. What it touches
 * from then on: lines of CPU 0 or of CPU 1. `seen` is how the zone sees the thread's place.
 */
function touchedAfterMove(
  begin: (zone: Zone, place: Place) => Waiting<unknown>,
  prepare: (zone: Zone) => void,
  seen: (thread: Place) => Place,
): number[] {
  const bill = new Bill()
  const memory = new PricedMemory(1 << 17, bill)
  const zone = Zone.create(Arena.create(memory), shape)
  prepare(zone)
  const thread = { cpu: 0 }
  const waiting = begin(zone, seen(thread))
  memory.store(zone.handle.at, 1)
  expect(waiting.next(0)).toEqual({ done: false, value: SPIN })
  memory.store(zone.handle.at, 0)
  thread.cpu = 1
  bill.items.length = 0
  run(waiting)
  return [0, 1].filter((cpu) => {
    const line = cacheOf(zone.handle, cpu) / CACHE_LINE_BYTES
    return bill.items.some((item) => item.endsWith(` ${line}`))
  })
}

/** CPU 0 has its magazines full. */
function fillUp(zone: Zone): void {
  for (const item of exhaust(() => run(zone.alloc(here)))) run(zone.free(here, item))
}

const waits: readonly [
  string,
  (zone: Zone, place: Place) => Waiting<unknown>,
  (zone: Zone) => void,
][] = [
  ['allocates', (zone, place) => zone.alloc(place), () => {}],
  ['ensures', (zone, place) => zone.ensure(place, 9), () => {}],
  ['frees', (zone, place) => zone.free(place, run(zone.alloc(there))), fillUp],
]

describe('a thread that is moved while it waits for the depot', () => {
  it.each(waits)(
    '%s where it is then, and touches nothing of the CPU it left',
    (_, begin, prepare) => {
      expect(touchedAfterMove(begin, prepare, (thread) => thread)).toEqual([1])
    },
  )

  it.each(waits)('is caught when it %s with the number that it had', (_, begin, prepare) => {
    const keeps = (thread: Place): Place => ({ cpu: thread.cpu })
    expect(touchedAfterMove(begin, prepare, keeps)).toEqual([0])
  })
})
