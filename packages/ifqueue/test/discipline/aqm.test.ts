import { type Address, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Codel, FqCodel, Priority, Red } from '../../src/interface.ts'
import { chanceOf, plainWorld } from '../plain-packets.ts'

function site(bytes: number, more: object = {}) {
  const world = plainWorld(1 << 22)
  const dropped: Address[] = []
  const { memory, arena, packets } = world
  const at = arena.place('queue', bytes)
  const drop = (packet: Address) => void dropped.push(packet)
  return { ...world, dropped, site: { memory, at, packets, limit: 1000, drop, ...more } }
}

describe('CoDel, RFC 8289', () => {
  /** A sender that sends 1.25 times what the link takes, for so long; when packets were dropped. */
  function overload(isCapable: boolean) {
    const { site: of, packets, dropped } = site(Codel.bytes)
    const codel = new Codel(of)
    const drops: number[] = []
    let marked = 0
    for (let us = 0; us < 2_000_000; us += 1000) {
      codel.enqueue(packets.make({ isCapable }), us)
      if (us % 4000 === 0) codel.enqueue(packets.make({ isCapable }), us)
      const before = dropped.length
      const packet = codel.dequeue(us)
      if (packet !== NIL && packets.isMarked(packet)) marked++
      if (dropped.length > before) drops.push(us)
    }
    return { codel, drops, marked }
  }

  it('drops nothing before the delay was above the target for an interval', () => {
    const { drops } = overload(false)
    // A packet more every 4 ms: after 24 ms the delay is above 5 ms, and 100 ms later too long.
    expect(drops[0]).toBeGreaterThan(100_000)
    expect(drops[0]).toBeLessThan(150_000)
  })

  it('drops ever more often, by the square root of the count', () => {
    const { drops } = overload(false)
    const gaps = drops.slice(1, 8).map((us, i) => us - drops[i]!)
    const expected = [1, 2, 3, 4, 5, 6, 7].map((count) => 100_000 / Math.sqrt(count))
    // Packets leave once in a ms, so that each is late by up to one.
    gaps.forEach((gap, i) => expect(Math.abs(gap - expected[i]!)).toBeLessThanOrEqual(1000))
  })

  it('marks in the place of dropping where the ends understand it', () => {
    const { codel, drops, marked } = overload(true)
    expect(drops).toEqual([])
    expect(codel.counts().marks).toBe(marked)
    expect(marked).toBeGreaterThan(5)
  })

  it('leaves a queue alone that has a packet or two', () => {
    const { site: of, packets, dropped } = site(Codel.bytes)
    const codel = new Codel(of)
    for (let us = 0; us < 1_000_000; us += 50_000) {
      codel.enqueue(packets.make(), us)
      codel.dequeue(us + 20_000)
    }
    expect(dropped).toEqual([])
  })
})

describe('FQ-CoDel, RFC 8290', () => {
  const knobs = { flows: 16 }

  it('gives flows turns, whoever sends more', () => {
    const { site: of, packets } = site(FqCodel.bytes(knobs), { knobs })
    const queue = new FqCodel(of)
    for (let i = 0; i < 40; i++) queue.enqueue(packets.make({ flow: 1, bytes: 1514 }), 0)
    for (let i = 0; i < 4; i++) queue.enqueue(packets.make({ flow: 2, bytes: 1514 }), 0)
    const flows = Array.from({ length: 8 }, () => packets.flow(queue.dequeue(1)))
    expect(flows.filter((flow) => flow === 2)).toHaveLength(4)
  })

  it('lets a flow that has just begun go first', () => {
    const { site: of, packets } = site(FqCodel.bytes(knobs), { knobs })
    const queue = new FqCodel(of)
    for (let i = 0; i < 10; i++) queue.enqueue(packets.make({ flow: 1, bytes: 1514 }), 0)
    for (let i = 0; i < 3; i++) queue.dequeue(1)
    queue.enqueue(packets.make({ flow: 2, bytes: 100 }), 2)
    expect(packets.flow(queue.dequeue(2))).toBe(2)
  })

  it('takes room from the flow that has most', () => {
    const { site: of, packets, dropped } = site(FqCodel.bytes(knobs), { knobs, limit: 20 })
    const queue = new FqCodel({ ...of, limit: 20 })
    for (let i = 0; i < 20; i++) queue.enqueue(packets.make({ flow: 1 }), 0)
    for (let i = 0; i < 3; i++) expect(queue.enqueue(packets.make({ flow: 2 }), 0)).toBe(true)
    expect(dropped.map((packet) => packets.flow(packet)).every((flow) => flow === 1)).toBe(true)
    expect(dropped).toHaveLength(10)
  })
})

describe('RED', () => {
  function filled(mean: number, isCapable = false) {
    const knobs = { leastMean: 5, mostMean: 15, mostEarly: 0.1, weightShift: 4 }
    const { site: of, packets } = site(Red.bytes, { chance: chanceOf(5), knobs })
    const queue = new Red(of)
    let early = 0
    for (let i = 0; i < 4000; i++) {
      while (queue.length() > mean) queue.dequeue(0)
      if (!queue.enqueue(packets.make({ isCapable }), 0)) early++
    }
    return { queue, early }
  }

  it('drops none while the mean is low, all while it is high, and some between', () => {
    expect(filled(2).early).toBe(0)
    const { early, queue } = filled(9)
    expect(queue.mean()).toBeGreaterThan(8)
    // Half way between the ends: every 20th by probability, and evenly.
    expect(early / 4000).toBeGreaterThan(0.03)
    expect(early / 4000).toBeLessThan(0.12)
  })

  it('marks where the ends understand it', () => {
    const { early, queue } = filled(9, true)
    expect(early).toBe(0)
    expect(queue.counts().marks).toBeGreaterThan(100)
  })

  it('needs chance', () => {
    const { site: of } = site(Red.bytes)
    expect(() => new Red(of)).toThrow('chance, by which RED drops: expected an object with next')
  })
})

describe('Priority', () => {
  it('takes the most urgent band first, and bounds each', () => {
    const knobs = { bands: 2 }
    const { site: of, packets } = site(Priority.bytes(knobs), { knobs })
    const queue = new Priority({ ...of, limit: 4 })
    const [low, high] = [packets.make({ band: 1 }), packets.make({ band: 0 })]
    queue.enqueue(low)
    queue.enqueue(high)
    expect(queue.enqueue(packets.make({ band: 7 }))).toBe(true)
    expect(queue.enqueue(packets.make({ band: 1 }))).toBe(false)
    expect([queue.dequeue(), queue.dequeue()]).toEqual([high, low])
    expect(queue.counts()).toMatchObject({ fullDrops: 1, watermark: 3 })
  })
})
