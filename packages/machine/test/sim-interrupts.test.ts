import { type Address, SETTLE, work } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import type { Cpu } from '../src/cpu.ts'
import { type SimCpu, simulate, type SimOptions } from '../src/sim/index.ts'
import { type TinyBody, TinyExecutive } from './sim-tiny-executive.ts'

const NANOSECOND = work('nanosecond')

/** Runs one thread on each CPU, given by number; CPUs without one are idle. */
function run(bodies: readonly (TinyBody | undefined)[], more: Partial<SimOptions<Address>> = {}) {
  return simulate<Address>({
    profile: 'xeon-e5-2650',
    cpus: bodies.length,
    seed: 1,
    memoryBytes: 1 << 16,
    setup: ({ arena }) => arena.place('words', 64 * 64),
    boot: (cpu) => {
      const body = bodies[cpu.id]
      return body === undefined ? new TinyExecutive(cpu) : new TinyExecutive(cpu, body)
    },
    ...more,
  })
}

function* settle(cpu: Cpu) {
  while (!cpu.memory.settled()) yield SETTLE
}

/** Computes for so long, in slices between which interrupts can strike. */
function* busyFor(cpu: Cpu, ns: number, sliceNs = 100) {
  for (let left = ns; left > 0; left -= sliceNs) {
    cpu.memory.charge(NANOSECOND, sliceNs)
    yield* settle(cpu)
  }
}

describe('alarms', () => {
  it('ring when their time has come, in the order of their times, and not before', () => {
    const rung: [number, number][] = []
    run([
      function* (_td, cpu) {
        const beginNs = cpu.now()
        for (const delayNs of [900_000, 300_000, 600_000]) {
          cpu.alarm(delayNs, () => rung.push([delayNs, cpu.now() - beginNs]))
        }
      },
    ])
    expect(rung.map(([delayNs]) => delayNs)).toEqual([300_000, 600_000, 900_000])
    for (const [delayNs, afterNs] of rung) {
      expect(afterNs).toBeGreaterThanOrEqual(delayNs)
      expect(afterNs).toBeLessThan(delayNs + 5_000)
    }
  })

  it('ring in the order in which they were set when they are due at once', () => {
    const rung: number[] = []
    run([
      function* (_td, cpu) {
        for (let i = 0; i < 5; i++) cpu.alarm(0, () => rung.push(i))
        cpu.memory.charge(NANOSECOND, 1000)
      },
    ])
    expect(rung).toEqual([0, 1, 2, 3, 4])
  })

  it('do not ring once they are cancelled, and keep no machine running', () => {
    const result = run([
      function* (_td, cpu) {
        cpu.alarm(1e9, () => cpu.report('rang')).cancel()
      },
    ])
    expect(result.reports).toEqual([])
    expect(result.virtualNs).toBeLessThan(1e6)
  })

  it('that were set at boot count from the beginning of time', () => {
    const result = run([undefined], {
      boot: (cpu) => {
        cpu.memory.charge(NANOSECOND, 5e6)
        cpu.alarm(1_000_000, () => cpu.report('rang'))
        return new TinyExecutive(cpu)
      },
    })
    expect(result.reports[0]!.atNs).toBeGreaterThanOrEqual(1_000_000)
    expect(result.reports[0]!.atNs).toBeLessThan(1_010_000)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('are refused after %d ns', (delayNs) => {
    const setting: TinyBody = function* (_td, cpu) {
      cpu.alarm(delayNs, () => {})
    }
    expect(() => run([setting])).toThrow(`a delay is a number of ns, not below 0: ${delayNs} came`)
  })
})

describe('ticks', () => {
  const executives: TinyExecutive[] = []
  const boot = (body: TinyBody | undefined) => (cpu: Cpu) => {
    executives[cpu.id] = body ? new TinyExecutive(cpu, body) : new TinyExecutive(cpu)
    return executives[cpu.id]!
  }

  it('come a thousand times a second while a CPU is busy', () => {
    const result = run([undefined], { boot: boot((_td, cpu) => busyFor(cpu, 50e6, 10_000)) })
    expect(executives[0]!.ticks).toBeGreaterThanOrEqual(50)
    expect(executives[0]!.ticks).toBeLessThanOrEqual(51)
    expect(result.statistics.ticks).toBe(executives[0]!.ticks)
  })

  it('spare a CPU that is idle', () => {
    const result = run([undefined], {
      boot: boot(function* (_td, cpu) {
        cpu.alarm(50e6, () => cpu.report('rang'))
      }),
    })
    expect(result.reports).toHaveLength(1)
    expect(result.statistics.ticks).toBeLessThanOrEqual(1)
  })

  it('are not made up for when a CPU has not looked for long', () => {
    const result = run([undefined], {
      boot: boot(function* (_td, cpu) {
        cpu.memory.charge(NANOSECOND, 20e6)
        yield* settle(cpu)
      }),
    })
    expect(result.statistics.ticks).toBe(1)
  })

  it('strike CPUs at different times, by the seed', () => {
    const phases = (seed: number) => {
      const atNs: number[] = []
      run([undefined, undefined, undefined], {
        seed,
        boot: (cpu) => {
          const tiny = new TinyExecutive(cpu, (_td, cpu) => busyFor(cpu, 1.5e6, 1_000))
          const tick = () => (atNs[cpu.id] ??= (cpu as SimCpu).turns.pricer.clock[cpu.id]!)
          return { run: () => tiny.run(), receive: (e) => tiny.receive(e), tick }
        },
      })
      return atNs
    }
    expect(new Set(phases(1)).size).toBe(3)
    expect(phases(1)).toEqual(phases(1))
    expect(phases(1)).not.toEqual(phases(2))
  })
})
