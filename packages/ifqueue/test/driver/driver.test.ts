import { type Address, Arena, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import {
  type Device,
  LinkClock,
  Moderation,
  ReceiveRing,
  ringBytes,
  TransmitRing,
} from '../../src/interface.ts'
import { RING } from '../../src/driver/ring-words.ts'

const HERE = { cpu: 0 }

/** A device that does what a test says: `finish` of so many descriptors. */
class HandDevice implements Device {
  readonly told: number[] = []
  resets = 0

  constructor(
    readonly memory: LiveMemory,
    readonly ring: Address,
  ) {}

  doorbell(_place: object, _queue: number, told: number): void {
    this.told.push(told)
  }

  advance(): void {}

  reset(): void {
    this.resets++
    this.finish(this.memory.load(this.ring + RING.offset.told))
  }

  finish(done: number): void {
    this.memory.store(this.ring + RING.offset.done, done)
  }
}

function makeRing(slots = 4, timeoutTicks = 2) {
  const memory = LiveMemory.create(1 << 16)
  const at = Arena.create(memory).place('ring', ringBytes(slots))
  const device = new HandDevice(memory, at)
  const freed: Address[] = []
  const free = (packet: Address) => void freed.push(packet)
  const packets = { nextPacket: () => 0, setNextPacket: () => {}, bytes: () => 60 }
  const of = { memory, at, slots, device, queue: 0, packets, free, timeoutTicks }
  return { memory, at, device, freed, of, ring: new TransmitRing(of) }
}

describe('A transmit ring', () => {
  it('gives back packets in the order in which they went out, for ever', () => {
    const { ring, device, freed } = makeRing(2)
    for (let packet = 2; packet < 40; packet += 2) {
      expect(ring.room()).toBe(2)
      ring.post(packet)
      ring.flush(HERE)
      expect(ring.room()).toBe(1)
      device.finish(packet / 2)
      expect(ring.reclaim(HERE)).toBe(1)
    }
    expect(freed).toEqual(Array.from({ length: 19 }, (_, i) => 2 * i + 2))
    expect(device.told.at(-1)).toBe(19)
  })

  it('takes back nothing that is not out', () => {
    const { ring, device, freed } = makeRing()
    for (const packet of [2, 4, 6]) ring.post(packet)
    ring.flush(HERE)
    device.finish(2)
    expect([ring.reclaim(HERE), ring.reclaim(HERE)]).toEqual([2, 0])
    expect([freed, ring.outstanding()]).toEqual([[2, 4], 1])
  })

  it('has a watchdog, which has a silent device reset and its packets given back', () => {
    const { ring, device, freed } = makeRing()
    ring.post(2)
    ring.flush(HERE)
    expect([ring.tick(), ring.tick(), ring.tick()]).toEqual([false, true, false])
    expect(ring.reclaim(HERE)).toBe(1)
    expect([device.resets, freed, ring.room()]).toEqual([1, [2], 4])
    expect(ring.counts()).toEqual({ resets: 1, errors: 1 })
  })

  it('leaves a device alone that answers, or that has nothing to do', () => {
    const { ring, device } = makeRing()
    expect([ring.tick(), ring.tick(), ring.tick()]).toEqual([false, false, false])
    ring.post(2)
    ring.post(4)
    ring.flush(HERE)
    for (const done of [1, 2]) {
      expect(ring.tick()).toBe(false)
      device.finish(done)
      ring.reclaim(HERE)
    }
    expect([ring.tick(), ring.tick(), ring.tick()]).toEqual([false, false, false])
    expect(device.resets).toBe(0)
  })

  it.each([
    [{ slots: 3 }, 'descriptors of a ring: expected a power of two, came 3'],
    [{ queue: -1 }, 'queue: expected a whole number from 0 to 255, came -1'],
    [{ device: undefined }, 'device: expected an object with doorbell, advance, reset, came'],
    [{ timeoutTicks: 0 }, 'timeoutTicks: expected a whole number from 1 to'],
  ])('refuses %j', (wrong, message) => {
    const { of } = makeRing()
    expect(() => new TransmitRing({ ...of, ...wrong } as never)).toThrow(message)
  })
})

describe('A receive ring', () => {
  it('hands over what the device has filled, with its length', () => {
    const { memory, at, device } = makeRing(2)
    const ring = new ReceiveRing({ memory, at, slots: 2, device, queue: 0 })
    for (const buffer of [64, 128]) ring.fill(buffer, 2048)
    ring.flush(HERE)
    expect([ring.room(), ring.take(HERE)]).toEqual([0, 0])
    memory.write(at + RING.size + 4, 77)
    device.finish(1)
    expect([ring.take(HERE), ring.bytes, ring.take(HERE), ring.room()]).toEqual([64, 77, 0, 1])
  })
})

describe('A link', () => {
  it('takes 672 ns for the shortest frame at 1 Gb/s, IEEE 802.3', () => {
    expect(new LinkClock(1e9).nsOf(60)).toBe(672)
    expect(new LinkClock(1e9).nsOf(1)).toBe(672)
    expect(new LinkClock(10e9).nsOf(1514)).toBeCloseTo(1230.4)
  })

  it('sends one frame after the other', () => {
    const link = new LinkClock(1e9)
    expect([link.send(60, 0), link.send(60, 100), link.send(60, 5000)]).toEqual([672, 1344, 5672])
  })
})

describe('Moderation', () => {
  it('interrupts for so many frames, or so long after the first', () => {
    const moderation = new Moderation({ frames: 3, delayNs: 100 })
    expect(moderation.dueNs()).toBe(Number.POSITIVE_INFINITY)
    for (const ns of [10, 20]) moderation.expect(ns)
    expect(moderation.dueNs()).toBe(110)
    moderation.expect(30)
    expect(moderation.dueNs()).toBe(30)
    expect(moderation.report(30)).toBe(3)
    moderation.expect(40)
    expect(moderation.dueNs()).toBe(140)
  })
})
