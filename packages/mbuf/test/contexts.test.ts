import { Arena, BadHandle, Interrupt, NIL, OutOfMemory, PricedMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Mbufs } from '../src/index.ts'
import { Bill, kinds, make, MEMORY_BYTES, pattern, run, shape } from './pools.ts'

const here = { cpu: 0 }
const there = { cpu: 1 }
const none = { of2k: 0, of4k: 0, of9k: 0, of64k: 0 }

describe.each(kinds)('mbufs of %s memory', (_, create) => {
  it('are opened by their handle, which can be cloned', () => {
    const mbufs = make(create)
    const opened = Mbufs.open(mbufs.memory, structuredClone(mbufs.handle))
    const packet = run(opened.alloc(here, 100))
    expect(mbufs.length(packet)).toBe(100)
    expect(() => Mbufs.open(mbufs.memory, {} as never)).toThrow(BadHandle)
  })

  it('give plain code of a CPU that holds none what is to be had in no simulated time', () => {
    const mbufs = make(create)
    const { isSimulated } = mbufs.memory
    expect(mbufs.tryAlloc(there, 100) === NIL).toBe(isSimulated)
    const packet = run(mbufs.alloc(there, 100))
    expect(packet).not.toBe(NIL)
    expect(mbufs.tryAlloc(there, 100)).not.toBe(NIL)
    expect(mbufs.statistics().failed).toBe(0)
  })

  it('give an interrupt what it asks for, and take it back', () => {
    const mbufs = make(create)
    const irq = new Interrupt(1)
    const packet = mbufs.allocNow(irq, 3000)
    const shared = mbufs.shareNow(irq, packet, 0, 3000)
    const copy = mbufs.copyNow(irq, packet, 0, 3000)
    const second = mbufs.splitNow(irq, packet, 1000)
    for (const one of [packet, shared, copy, second]) mbufs.freeNow(irq, one)
    expect(mbufs.statistics()).toEqual({ mbufs: 0, clusters: none, failed: 0, returned: 0 })
  })

  it('give back what an allocation has got when the rest is missing, and count it', () => {
    const mbufs = make(create, { clusters: { of2k: 2 }, mbufs: 200, cpus: 1 })
    for (const alloc of [
      () => run(mbufs.alloc(here, 100_000)),
      () => mbufs.allocNow(new Interrupt(0), 100_000),
    ]) {
      const before = mbufs.statistics()
      expect(alloc()).toBe(NIL)
      const { failed, returned, ...inUse } = mbufs.statistics()
      expect(inUse).toEqual({ mbufs: 0, clusters: none })
      expect(failed - before.failed).toBe(1)
      expect(returned - before.returned).toBeGreaterThan(1)
    }
    expect(mbufs.tryAlloc(here, 100_000)).toBe(NIL)
    expect(mbufs.statistics()).toMatchObject({ mbufs: 0, clusters: none, failed: 2 })
  })

  it('give as many packets at once as were ensured', () => {
    const mbufs = make(create)
    expect(run(mbufs.ensure(there, 5000, 4))).toBe(true)
    const packets = [1, 2, 3, 4].map(() => mbufs.tryAlloc(there, 5000))
    expect(packets).not.toContain(NIL)
    expect(run(mbufs.ensure(there, 5000, 100))).toBe(false)
    expect(mbufs.statistics()).toMatchObject({ mbufs: 4, failed: 1 })
  })

  it('count packets and bytes by owner', () => {
    const mbufs = make(create)
    const socket = mbufs.ownerNumber('socket')
    const one = run(mbufs.alloc(here, 100, mbufs.ownerNumber('udp')))
    const two = run(mbufs.alloc(here, 70_000))
    mbufs.setOwner(two, socket)
    const three = run(mbufs.share(here, two, 0, 50))
    expect(mbufs.owners()).toEqual([
      { name: 'unowned', packets: 0, bytes: 0 },
      { name: 'udp', packets: 1, bytes: 100 },
      { name: 'socket', packets: 2, bytes: 70_050 },
    ])
    for (const packet of [one, two, three]) run(mbufs.free(here, packet))
    expect(mbufs.owners().map(({ packets }) => packets)).toEqual([0, 0, 0])
    expect(() => mbufs.ownerNumber('tcp')).toThrow(
      'have the owners unowned, udp, socket: tcp came',
    )
  })

  it('keep what is said of a packet, also of its parts and copies', () => {
    const mbufs = make(create)
    const packet = run(mbufs.alloc(here, 1000))
    mbufs.setFlow(packet, 0x12345678)
    mbufs.setReceiveInterface(packet, 3)
    mbufs.setFlags(packet, 5)
    mbufs.setSegmentBytes(packet, 1460)
    expect([1, 2, 255].map((kind) => mbufs.setTag(packet, kind, kind * 10))).toEqual([
      true,
      true,
      true,
    ])
    expect([mbufs.setTag(packet, 4, 0), mbufs.setTag(packet, 2, 21)]).toEqual([false, true])
    mbufs.removeTag(packet, 1)
    const others = [
      mbufs.tryShare(here, packet, 0, 500),
      run(mbufs.copy(here, packet, 0, 500)),
      mbufs.trySplit(here, packet, 500),
    ]
    for (const one of [packet, ...others]) {
      expect(mbufs.flow(one)).toBe(0x12345678)
      expect([mbufs.receiveInterface(one), mbufs.flags(one)]).toEqual([3, 5])
      expect(mbufs.segmentBytes(one)).toBe(1460)
      const tags = [1, 2, 255].map((kind) => mbufs.tag(one, kind, -1))
      expect(tags).toEqual([-1, 21, 2550])
      run(mbufs.free(here, one))
    }
    const next = mbufs.tryAlloc(here, 10)
    expect([mbufs.flow(next), mbufs.flags(next), mbufs.tag(next, 2)]).toEqual([0, 0, 0])
  })

  it('are copied to addresses and from there, and walked over', () => {
    const mbufs = make(create, { clusters: {} })
    const packet = run(mbufs.alloc(here, 500))
    const end = MEMORY_BYTES - 1024
    mbufs.memory.copyIn(end, pattern(500), 0, 500)
    mbufs.moveIn(packet, 0, end, 500)
    mbufs.memory.fill(end, 0, 500)
    mbufs.moveOut(packet, 100, end, 300)
    const bytes = new Uint8Array(300)
    mbufs.memory.copyOut(end, bytes, 0, 300)
    expect(bytes).toEqual(pattern(500).subarray(100, 400))
    const runs: number[] = []
    mbufs.walk(packet, 100, 300, (__, length) => runs.push(length))
    expect(runs).toEqual([92, 208])
  })

  it('say what range and what size they expect', () => {
    const mbufs = make(create)
    const packet = run(mbufs.alloc(here, 100))
    const buffer = new Uint8Array(200)
    expect(() => mbufs.copyOut(packet, 90, buffer, 0, 20)).toThrow(
      'of 100 bytes at ' + packet + ': 20 bytes from 90 on came',
    )
    expect(() => mbufs.tryShare(here, packet, 0, 101)).toThrow(RangeError)
    expect(() => run(mbufs.split(here, packet, 101))).toThrow(RangeError)
    expect(() => mbufs.tryAlloc(here, -1)).toThrow('at least 0: -1 came')
  })

  it('say which shape they cannot have', () => {
    const twice = { owners: ['udp', 'udp'] }
    expect(() => make(create, twice)).toThrow('owners of different names: unowned, udp, udp came')
    expect(() => make(create, { mbufs: 0 })).toThrow('whole number of items, at least 1: 0 came')
    expect(() => make(create, { mbufs: 1 << 20 })).toThrow(OutOfMemory)
  })
})

describe('the hot path of packets', () => {
  const priced = () => {
    const bill = new Bill()
    const memory = new PricedMemory(MEMORY_BYTES, bill)
    const mbufs = Mbufs.create(Arena.create(memory), shape)
    const warm = [0, 1].map((cpu) => run(mbufs.alloc({ cpu }, 1000)))
    warm.forEach((packet, cpu) => void run(mbufs.free({ cpu }, packet)))
    return { bill, mbufs }
  }

  it.each([
    [64, 30],
    [192, 30],
    [1000, 46],
  ])('of %i bytes takes at most %i accesses to come and go, and no atomic one', (bytes, most) => {
    const { bill, mbufs } = priced()
    bill.items.length = 0
    expect(mbufs.tryFree(here, mbufs.tryAlloc(here, bytes))).toBe(NIL)
    expect(bill.items.filter((item) => item.startsWith('update'))).toEqual([])
    expect(bill.items.length).toBeLessThanOrEqual(most)
  })

  it('writes no line that a packet of another CPU writes', () => {
    const { bill, mbufs } = priced()
    const [mine, others] = [here, there].map((place) => {
      bill.items.length = 0
      for (let i = 0; i < 10; i++) mbufs.tryFree(place, mbufs.tryAlloc(place, 1000))
      return new Set(bill.items.filter((item) => item.startsWith('write')))
    })
    expect([...mine!].filter((item) => others!.has(item))).toEqual([])
  })

  it('leaves a shared cluster for later when its CPU is ahead of simulated time', () => {
    const { bill, mbufs } = priced()
    const packet = mbufs.tryAlloc(here, 1000)
    const shared = mbufs.tryShare(here, packet, 0, 1000)
    bill.isAhead = true
    expect(mbufs.tryFree(here, packet)).toBe(packet)
    bill.isAhead = false
    expect([mbufs.tryFree(here, packet), mbufs.tryFree(here, shared)]).toEqual([NIL, NIL])
    expect(mbufs.statistics()).toMatchObject({ mbufs: 0, clusters: none })
  })
})
