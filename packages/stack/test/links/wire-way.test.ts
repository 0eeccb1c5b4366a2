import { allowBothMemories, NIL } from '@smpnet/memory'
import { VECTOR } from '@smpnet/machine'
import { DROPPED } from '@smpnet/netisr'
import type { Thread } from '@smpnet/scheduler'
import { describe, expect, it } from 'vitest'
import { placeWire, WAY, type WireShape } from '../../src/net/links/wire/wire-shape.ts'
import { Wire } from '../../src/net/links/wire/wire.ts'
import { NOTHING, WireWay } from '../../src/net/links/wire/wire-way.ts'
import { cpuAt, datagram, makeBench } from './support/datagrams.ts'

allowBothMemories()

const SHAPE: WireShape = {
  bitsPerSecond: 1e9,
  delayNs: 50_000,
  mtu: 1500,
  queue: 4,
  inFlight: 8,
  vector: VECTOR.device,
  ends: [
    { name: 'wire0a', index: 1, cpu: 0 },
    { name: 'wire0b', index: 2, cpu: 1 },
  ],
}

function makeWire(shape: Partial<WireShape> = {}) {
  const bench = makeBench()
  const handle = placeWire(bench.arena, { ...SHAPE, ...shape })
  return { ...bench, wire: new Wire(bench.memory, handle, bench.mbufs) }
}

function make(shape: Partial<WireShape> = {}) {
  const { arena, memory } = makeBench()
  const handle = placeWire(arena, { ...SHAPE, ...shape })
  return { memory, way: new WireWay(memory, handle.at, handle) }
}

/** Takes all packets out, and says when each arrives. */
function arrivals(way: WireWay): [packet: number, ns: number][] {
  const found: [number, number][] = []
  for (let ns = way.nextArrival(); ns !== NOTHING; ns = way.nextArrival()) {
    expect(way.arrive(ns - 1)).toBe(NIL)
    found.push([way.arrive(ns), ns])
  }
  return found
}

describe('a packet arrives', () => {
  it('after its bits took their time, and then their delay', () => {
    const { way } = make()
    way.take(64, 1000, 7)
    expect(arrivals(way)).toEqual([[64, 7 + 8_000 + 50_000]])
  })

  it('behind those before it, for which its transmitter is busy', () => {
    const { way } = make()
    for (const [packet, bytes, ns] of [
      [1, 1000, 0],
      [2, 500, 100],
      [3, 100, 7_999],
      [4, 100, 100_000],
    ] as const) {
      way.take(packet, bytes, ns)
    }
    expect(arrivals(way)).toEqual([
      [1, 58_000],
      [2, 62_000],
      [3, 62_800],
      [4, 150_800],
    ])
  })

  it('at a rate that does not drift, where a bit takes a part of a ns', () => {
    const { way } = make({ bitsPerSecond: 64e9, delayNs: 0, queue: 1000, inFlight: 1000 })
    for (let i = 0; i < 1000; i++) way.take(i, 3, 0)
    // 3 bytes take 0.375 ns; an arrival is told in whole ns, and never early.
    expect(arrivals(way)).toEqual(
      Array.from({ length: 1000 }, (_, i) => [i, Math.ceil((i + 1) * 0.375)]),
    )
  })

  it('at times beyond 32 bits', () => {
    const { way } = make()
    way.take(1, 1000, 2 ** 45)
    expect(arrivals(way)).toEqual([[1, 2 ** 45 + 58_000]])
  })
})

describe('a wire drops and counts', () => {
  it('what finds its queue full, but not what it sends at once', () => {
    const { way } = make({ queue: 2 })
    const takes = (ns: number): boolean => way.take(1, 1000, ns)
    expect([takes(0), takes(0), takes(0), takes(0)]).toEqual([true, true, true, false])
    // At 8 µs the second begins to go out, so that there is room for one.
    expect([takes(7_999), takes(8_000), takes(8_000)]).toEqual([false, true, false])
    expect([way.counted('queueDrops'), way.counted('flightDrops')]).toEqual([3, 0])
  })

  it('what finds too much under way', () => {
    const { way } = make({ inFlight: 3 })
    const takes = (ns: number): boolean => way.take(1, 1000, ns)
    const times = [0, 10_000, 20_000, 30_000]
    expect(times.map(takes)).toEqual([true, true, true, false])
    expect(way.arrive(58_000)).toBe(1)
    expect([takes(58_000), takes(58_000)]).toEqual([true, false])
    expect([way.counted('queueDrops'), way.counted('flightDrops')]).toEqual([0, 2])
    expect([way.counted('taken'), way.counted('arrived')]).toEqual([4, 1])
  })
})

it("a packet above the MTU is dropped and counted, and is its sender's still", () => {
  const bench = makeWire({ mtu: 1000 })
  const td = { pcpu: cpuAt(0, 0) } as unknown as Thread
  expect(bench.wire.ends[1].tryOutput(td, datagram(bench, 973))).toBe(DROPPED)
  expect(bench.wire.statistics().map(({ tooLong }) => tooLong)).toEqual([0, 1])
})

it('counts wrap, and nothing is lost or mixed up', () => {
  const { way, memory } = make()
  for (const name of ['taken', 'begun', 'arrived'] as const) {
    memory.write(way.at + WAY.offset[name], 0x7fffffff - 2)
  }
  for (let i = 1; i <= 40; i++) {
    expect(way.take(i, 100, i * 100_000)).toBe(true)
    expect(way.arrive(i * 100_000 + 50_800)).toBe(i)
  }
  for (let i = 1; i <= 5; i++) expect(way.take(i, 100, 5e6)).toBe(true)
  expect(way.take(6, 100, 5e6)).toBe(false)
  expect(arrivals(way).map(([packet]) => packet)).toEqual([1, 2, 3, 4, 5])
})

it('one alarm is asked for and set at a time', () => {
  const { way } = make()
  expect([way.beginAlarm(), way.askForAlarm(), way.askForAlarm()]).toEqual([false, true, false])
  expect([way.beginAlarm(), way.beginAlarm(), way.askForAlarm()]).toEqual([true, false, false])
  way.endAlarm()
  expect([way.beginAlarm(), way.askForAlarm()]).toEqual([false, true])
})

describe('a wire is refused', () => {
  it.each([
    [{ bitsPerSecond: 0.5 }, 'bitsPerSecond: expected a whole number from 1 to'],
    [{ delayNs: -1 }, 'delayNs: expected a whole number from 0 to'],
    [{ mtu: 20 }, 'mtu: expected a whole number from 68 to 65535, came 20'],
    [{ queue: 0 }, 'queue: expected a whole number from 1 to'],
    [{ inFlight: 1.5 }, 'inFlight: expected a whole number from 1 to'],
  ])('%o', (shape, sentence) => {
    expect(() => make(shape)).toThrow(sentence)
  })
})
