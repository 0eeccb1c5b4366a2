import { NIL } from '@smpnet/memory'
import { expect } from 'vitest'
import type { Discipline, DisciplineKnobs, DisciplineSite } from '../../src/interface.ts'
import { chanceOf, plainWorld } from '../plain-packets.ts'
import type * as parts from './parts.ts'
import * as references from './reference.ts'

type Parts = typeof parts
type Chance = ReturnType<typeof chanceOf>

/** A discipline, its reference, and a load under which all that they do is seen. */
interface Comparison {
  readonly limit: number
  readonly knobs: DisciplineKnobs
  /** Of a thousand packets, how many understand marks. */
  readonly capable: number
  /** Microseconds between packets, at most: those of busy and of quiet times. */
  readonly everyUs: readonly number[]
  /** The packet that comes after so many others comes so many microseconds later. */
  readonly rest: { readonly packets: number; readonly us: number }
  /** Microseconds for a packet to go out. */
  readonly outUs: number
  of(parts: Parts, site: DisciplineSite): Discipline
  reference(limit: number, done: references.Done, chance: Chance): references.Reference
}

const CODEL = { targetUs: 5_000, intervalUs: 20_000, mtu: 1514 }
const RED = { leastMean: 3, mostMean: 9, mostEarly: 0.2, weightShift: 3, packetUs: 900 }
/** Each has a queue of its own among 64, and these stand there in this order. */
const FLOWS = [1, 8, 3, 2, 5]
const STEPS = 3_000

const codel: Comparison = {
  limit: 60,
  knobs: CODEL,
  capable: 0,
  everyUs: [900, 3_000, 900, 2_000],
  rest: { packets: 700, us: 400_000 },
  outUs: 1_000,
  of: ({ Codel }, site) => new Codel(site),
  reference: (limit, done) => new references.ReferenceCodel(CODEL, limit, done),
}
const fqCodel: Comparison = {
  ...codel,
  knobs: { ...CODEL, flows: 64, quantum: 700 },
  of: ({ FqCodel }, site) => new FqCodel(site),
  reference: (limit, done) => {
    return new references.ReferenceFqCodel({ ...CODEL, quantum: 700 }, FLOWS, limit, done)
  },
}
const red: Comparison = {
  limit: 12,
  knobs: RED,
  capable: 0,
  everyUs: [1_200, 4_000, 1_300, 2_000],
  rest: { packets: 30, us: 15_000 },
  outUs: 1_000,
  of: ({ Red }, site) => new Red(site),
  reference: (limit, done, chance) => new references.ReferenceRed(RED, limit, done, chance),
}
const priority: Comparison = {
  ...codel,
  limit: 19,
  knobs: { bands: 4 },
  of: ({ Priority }, site) => new Priority(site),
  reference: (limit) => new references.ReferencePriority(4, limit),
}

export const COMPARISONS: readonly (readonly [string, Comparison])[] = [
  ['CoDel', codel],
  ['CoDel, with marks', { ...codel, capable: 500 }],
  ['FQ-CoDel', fqCodel],
  ['FQ-CoDel, with marks', { ...fqCodel, capable: 500 }],
  ['FQ-CoDel, full', { ...fqCodel, limit: 12 }],
  ['RED', red],
  ['RED, with marks', { ...red, capable: 500 }],
  ['priority', priority],
]

/**
 * Throws unless a discipline does with each packet of a load what its reference does. Returns how
 * many packets were dropped, early or late, and how many were marked.
 */
export function checkDiscipline(made: Parts, comparison: Comparison, seed = 3) {
  const { limit, knobs, capable, everyUs, rest, outUs } = comparison
  const world = plainWorld(1 << 20)
  const done = { dropped: [] as number[], marked: [] as number[] }
  const dropped: number[] = []
  const at = world.arena.place('queue', 1 << 16)
  const site = { ...world, at, limit, knobs, drop: (packet: number) => void dropped.push(packet) }
  const queue = comparison.of(made, { ...site, chance: chanceOf(seed) })
  const reference = comparison.reference(limit, done, chanceOf(seed))
  const chance = chanceOf(seed + 1)
  const capables: number[] = []
  let [refused, outAtUs] = [0, 1000]
  for (let step = 0, us = 1000; step < STEPS; step++) {
    if (step % rest.packets === 0) us += rest.us
    us +=
      chance.next() % everyUs[Math.floor((step * everyUs.length * 3) / STEPS) % everyUs.length]!
    for (; outAtUs <= us; outAtUs += outUs) {
      const out = reference.dequeue(outAtUs)
      same(queue.dequeue(outAtUs), out?.id ?? NIL, `the packet that goes out at ${outAtUs} us`)
    }
    const packet = {
      bytes: 60 + (chance.next() % 1400),
      flow: FLOWS[chance.next() % FLOWS.length]!,
      band: chance.next() % 6,
      isCapable: chance.next() % 1000 < capable,
    }
    const id = world.packets.make(packet)
    if (packet.isCapable) capables.push(id)
    const isTaken = reference.enqueue({ ...packet, id, queuedAtUs: us }, us)
    same(queue.enqueue(id, us), isTaken, `whether a packet is taken at ${us} us`)
    if (!isTaken) refused++
    same(dropped.length, done.dropped.length, `packets that are dropped by ${us} us`)
  }
  expect(dropped).toEqual(done.dropped)
  expect(capables.filter((id) => world.packets.isMarked(id))).toEqual(done.marked.toSorted(byId))
  const counts = queue.counts()
  const drops = counts.fullDrops + counts.earlyDrops
  expect([drops, counts.marks]).toEqual([refused + dropped.length, done.marked.length])
  expect(counts.queued - counts.taken - dropped.length).toBe(counts.length)
  return { refused, dropped: dropped.length, marked: done.marked.length }
}

/** Faster than `expect`, where there are thousands of it. */
function same<T>(came: T, expected: T, what: string): void {
  if (came !== expected) throw new Error(`${what}: expected ${expected}, came ${came}`)
}

const byId = (a: number, b: number): number => a - b
