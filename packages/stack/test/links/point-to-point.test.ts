import { simulate, type SimResult } from '@smpnet/machine/sim'
import { type Cpu, VECTOR } from '@smpnet/machine'
import { allowBothMemories, type Memory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { CaptureReader } from '../../src/net/links/capture/capture-reader.ts'
import { observed } from '../../src/net/links/capture/observed.ts'
import { CaptureRings } from '../../src/net/links/capture/tap.ts'
import {
  type Altered,
  bootOf,
  type Counted,
  place,
  type Plan,
  type World,
} from './support/wire-load.ts'

allowBothMemories()

const PLAN: Plan = {
  wire: {
    bitsPerSecond: 1e9,
    delayNs: 100_000,
    mtu: 1500,
    queue: 64,
    inFlight: 128,
    vector: VECTOR.device + 3,
    ends: [
      { name: 'wire0a', index: 1, cpu: 0 },
      { name: 'wire0b', index: 2, cpu: 1 },
    ],
  },
  senders: [
    { cpu: 0, end: 0 },
    { cpu: 1, end: 0 },
    { cpu: 1, end: 1 },
  ],
  packets: 40,
  bytes: 1000,
  everyNs: 20_000,
  limit: 256,
  captures: false,
}

/** Named work that would have an interrupt begin after its time. */
const AT_ONCE = {
  alarm: 0,
  'clock-read': 0,
  'idle-exit': 0,
  interrupt: 0,
  'ipi-handle': 0,
  tick: 0,
}

function run(
  plan: Plan,
  { altered = {} as Altered, workNs = {} as Record<string, number>, cpus = 2 } = {},
) {
  let memory!: Memory
  let world!: World
  const result = simulate<World>({
    profile: 'xeon-e5-2650',
    cpus,
    seed: 1,
    memoryBytes: 8 << 20,
    untilNs: 1e9,
    workNs,
    setup: (setup) => {
      memory = setup.memory
      return (world = place(setup.arena, plan, cpus))
    },
    boot: bootOf(altered),
  })
  const counted = result.reports[0]?.value as Counted | undefined
  if (counted === undefined) throw new Error(`a load ends with a report: ${result.ending}`)
  return { result, counted, memory, world }
}

/** A CPU that notes when its alarms ring, and when the vector is raised. */
function noting(rang: Map<number, number[]>, raised: number[] = []) {
  return (cpu: Cpu): Cpu => {
    const times: number[] = []
    rang.set(cpu.id, times)
    return {
      id: cpu.id,
      now: () => cpu.now(),
      onInterrupt: (vector, handler) => {
        cpu.onInterrupt(vector, (irq) => {
          raised.push(cpu.id)
          handler(irq)
        })
      },
      alarm: (delayNs, ring) => {
        return cpu.alarm(delayNs, (irq) => {
          times.push(cpu.now())
          ring(irq)
        })
      },
    } as Cpu
  }
}

const NONE = { queueDrops: 0, flightDrops: 0, tooLong: 0, unsummed: 0, inputDrops: 0 }

describe('on a simulated machine, both ways at once', () => {
  it('every packet arrives whole, in its order, on the CPU of the far end', () => {
    const { counted } = run(PLAN)
    expect(counted).toEqual({
      handled: 120,
      dropped: 0,
      wire: [
        { name: 'wire0a', taken: 80, arrived: 80, ...NONE },
        { name: 'wire0b', taken: 40, arrived: 40, ...NONE },
      ],
      inUse: 0,
    })
  })

  it.each([0, 1])('the same when CPU %i drives both ends', (cpu) => {
    const [one, other] = PLAN.wire.ends
    const ends = [
      { ...one, cpu },
      { ...other, cpu },
    ] as const
    const rang = new Map<number, number[]>()
    const altered = { driver: noting(rang) }
    const { counted } = run({ ...PLAN, wire: { ...PLAN.wire, ends } }, { altered })
    expect(counted.handled).toBe(120)
    // One alarm for one packet, at most: no way is ever waited for by two.
    expect(rang.get(cpu)!.length).toBeLessThanOrEqual(120)
  })

  it('a wire that has fallen silent takes and brings packets again', () => {
    const { counted } = run({ ...PLAN, packets: 4, everyNs: 500_000 })
    expect(counted.handled).toBe(12)
  })

  it.each([0, 1])('packets of CPU %i arrive at the rate and the delay of the wire', (cpu) => {
    const rang = new Map<number, number[]>()
    const raised: number[] = []
    const plan = { ...PLAN, senders: [{ cpu, end: 0 }] as const, packets: 50, everyNs: 0 }
    const altered = { driver: noting(rang, raised) }
    const { memory, world } = run(
      { ...plan, captures: true },
      { altered: { ...altered, observer: observed }, workNs: AT_ONCE },
    )
    const times = rang.get(1)!
    expect(times).toHaveLength(50)
    // To the ns: a time is a whole one, and an alarm may ring a part of one before it.
    for (let i = 1; i < 50; i++)
      expect(Math.abs(times[i]! - times[0]! - i * 8_000)).toBeLessThan(2)
    // Only the first packet finds the far end without an alarm, and only another CPU is asked.
    expect(raised).toEqual(cpu === 1 ? [] : [1])
    const reader = new CaptureReader(new CaptureRings(memory, world.capture))
    reader.collect()
    const sent = reader.packets().find(({ direction }) => direction === 2)!.timeNs
    // What passes between the capture and the wire's own look at the clock: its sums and its lock.
    expect(times[0]! - sent - 108_000).toBeGreaterThanOrEqual(0)
    expect(times[0]! - sent - 108_000).toBeLessThan(1_000)
  })

  it('a full queue and a full wire drop, and count, and lose nothing else', () => {
    for (const bounds of [{ queue: 2 }, { inFlight: 3 }]) {
      const wire = { ...PLAN.wire, ...bounds }
      const { counted } = run({ ...PLAN, wire, packets: 60, everyNs: 0 })
      const drops = counted.wire.map((way) => way.queueDrops + way.flightDrops)
      expect(counted.handled + counted.dropped).toBe(180)
      expect(drops[0]! + drops[1]!).toBe(counted.dropped)
      expect(counted.dropped).toBeGreaterThan(0)
      expect(counted.inUse).toBe(0)
      const name = 'queue' in bounds ? 'flightDrops' : 'queueDrops'
      expect(counted.wire.map((way) => way[name])).toEqual([0, 0])
    }
  })

  it('what the protocols have no room for is freed, and counted', () => {
    const wire = { ...PLAN.wire, bitsPerSecond: 1e12 }
    const { counted } = run({ ...PLAN, wire, limit: 1, packets: 60, everyNs: 0 })
    const inputDrops = counted.wire.reduce((sum, way) => sum + way.inputDrops, 0)
    expect(inputDrops).toBeGreaterThan(0)
    expect(counted.handled + counted.dropped + inputDrops).toBe(180)
    expect(counted.inUse).toBe(0)
  })

  it('with senders on four CPUs, and the same bytes twice', () => {
    const senders = [0, 1, 2, 3, 3].map((cpu) => ({ cpu, end: (cpu & 1) as 0 | 1 }))
    const plan = { ...PLAN, senders, everyNs: 1_000 }
    const [one, other] = [run(plan, { cpus: 4 }), run(plan, { cpus: 4 })]
    expect(one.counted.handled + one.counted.dropped).toBe(200)
    expect(one.result).toEqual(other.result)
  })
})

describe('a capture of a simulated machine', () => {
  const captured = { ...PLAN, captures: true }

  it('changes nothing that is simulated, when it is not billed', () => {
    const bare = run(PLAN).result
    const { result, memory, world } = run(captured, { altered: { observer: observed } })
    expect(withoutReports(result)).toEqual(withoutReports(bare))
    const reader = new CaptureReader(new CaptureRings(memory, world.capture))
    expect(reader.collect()).toBe(240)
    expect(reader.counts()).toEqual([
      { name: 'wire0a', seen: 120, dropped: 0 },
      { name: 'wire0b', seen: 120, dropped: 0 },
    ])
  })

  it('takes time of the CPUs, when it is billed', () => {
    expect(busy(run(captured).result)).toBeGreaterThan(busy(run(PLAN).result))
  })
})

function withoutReports(result: SimResult): unknown {
  return { ...result, reports: [] }
}

function busy({ cpus }: SimResult): number {
  return cpus.reduce((sum, cpu) => sum + cpu.busyCycles, 0)
}
