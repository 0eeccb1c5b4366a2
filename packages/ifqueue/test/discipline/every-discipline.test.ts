import { type Address, NIL } from '@smpnet/memory'
import { atEveryDeath } from '@smpnet/testing/models'
import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { disciplineTable, type DisciplineEntry } from '../../src/interface.ts'
import { chanceOf, PlainPackets, plainWorld } from '../plain-packets.ts'

const KNOBS = { flows: 8, bands: 2 }

function open(entry: DisciplineEntry, limit: number) {
  const world = plainWorld()
  const { memory, arena, packets } = world
  const at = arena.place('queue', entry.bytes(KNOBS))
  const dropped: Address[] = []
  const drop = (packet: Address) => void dropped.push(packet)
  const site = { memory, at, packets, limit, drop, knobs: KNOBS, chance: chanceOf(1) }
  return { ...world, at, site, dropped, queue: entry.over(site) }
}

describe.each(disciplineTable)('$name', (entry) => {
  it('gives back each packet that it took once, or drops it', () => {
    const { queue, packets, dropped } = open(entry, 16)
    const chance = chanceOf(7)
    const out: Address[] = []
    const taken: Address[] = []
    for (let step = 0, us = 0; step < 2000; step++) {
      us += chance.next() % 2000
      if (chance.next() % 5 < 3) {
        const packet = packets.make({ flow: chance.next() % 5, band: chance.next() % 3 })
        if (queue.enqueue(packet, us)) taken.push(packet)
      } else {
        const packet = queue.dequeue(us)
        if (packet !== NIL) out.push(packet)
      }
      expect(queue.length()).toBeLessThanOrEqual(16)
    }
    for (let packet = queue.dequeue(0); packet !== NIL; packet = queue.dequeue(0)) out.push(packet)
    expect([...out, ...dropped].toSorted((a, b) => a - b)).toEqual(taken)
    const counts = queue.counts()
    expect(counts).toMatchObject({ length: 0, bytes: 0, queued: taken.length, taken: out.length })
    expect(counts.watermark).toBeLessThanOrEqual(17)
    const refused = 2000 - taken.length
    expect(counts.fullDrops + counts.earlyDrops).toBeGreaterThanOrEqual(dropped.length)
    expect(refused).toBeGreaterThan(0)
  })

  it('keeps the order of one flow', () => {
    const { queue, packets } = open(entry, 32)
    const sent = Array.from({ length: 10 }, () => packets.make({ flow: 3 }))
    for (const packet of sent) queue.enqueue(packet, 0)
    const out = sent.map(() => queue.dequeue(1))
    expect(out).toEqual(sent)
    expect(queue.dequeue(1)).toBe(NIL)
  })

  it('is whole again after a thread has died in it anywhere', () => {
    const deaths = atEveryDeath((mortality) => {
      const { memory, arena, site, queue, packets, dropped } = open(entry, 8)
      const [one, two, three] = [packets.make(), packets.make({ flow: 1 }), packets.make()]
      queue.enqueue(one, 0)
      const own = new LiveMemory(memory.buffer)
      mortality.of(own)
      const dying = entry.over({ ...site, memory: own, packets: new PlainPackets(own, arena) })
      mortality.lives(() => {
        dying.enqueue(two, 0)
        dying.dequeue(0)
      })
      queue.mend()
      expect(queue.enqueue(three, 1)).toBe(true)
      const length = queue.length()
      const out: Address[] = []
      for (let packet = queue.dequeue(2); packet !== NIL; packet = queue.dequeue(2))
        out.push(packet)
      expect(out).toHaveLength(length - dropped.length)
      expect(new Set(out).size).toBe(out.length)
      expect(out).toContain(three)
      // At most the packet that was on its way is lost.
      expect(out.length).toBeGreaterThanOrEqual(mortality.isDead ? 1 : 2)
      expect(queue.counts()).toMatchObject({ length: 0, bytes: 0 })
    })
    expect(deaths).toBeGreaterThan(5)
  })

  it.each([
    [{ limit: 0 }, 'limit: expected a whole number from 1 to 16777216, came 0'],
    [{ limit: 1.5 }, 'limit: expected a whole number from 1 to 16777216, came 1.5'],
    [{ packets: {} }, 'packets: expected an object with nextPacket, setNextPacket, bytes, came'],
  ])('refuses %j', (wrong, message) => {
    const { site } = open(entry, 8)
    expect(() => entry.over({ ...site, ...wrong } as never)).toThrow(message)
  })
})
