import { type Address, SETTLE, work } from '@smpnet/memory'
import { YIELD } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { AHEAD, IDLE } from '../src/cpu.ts'
import { SimMachine, type SimOptions, simulate } from '../src/sim/index.ts'
import { type TinyBody, TinyExecutive } from './sim-tiny-executive.ts'

const NANOSECOND = work('nanosecond')
const TURNS = 200

interface Shared {
  readonly lock: Address
  readonly counter: Address
}

/** Every CPU takes one mutex many times and adds to a counter under it. */
function counting(options: Partial<SimOptions<Shared>> = {}): SimOptions<Shared> {
  return {
    profile: 'xeon-e5-2650',
    cpus: 4,
    seed: 1,
    memoryBytes: 1 << 16,
    setup: ({ arena }) => ({ lock: arena.place('lock', 64), counter: arena.place('counter', 4) }),
    boot: (cpu, { lock, counter }) =>
      new TinyExecutive(cpu, function* (td) {
        const { memory } = cpu
        const mutex = new Mutex(memory, lock)
        for (let turn = 0; turn < TURNS; turn++) {
          if (!mutex.tryEnter(td)) yield* mutex.enter(td)
          memory.write(counter, memory.read(counter) + 1)
          if (!mutex.tryExit(td)) yield* mutex.exit(td)
        }
        while (!memory.settled()) yield SETTLE
        cpu.report(memory.read(counter))
      }),
    ...options,
  }
}

/** One CPU that runs `body`. */
function alone(body: TinyBody, options: Partial<SimOptions> = {}): SimOptions {
  return {
    profile: 'xeon-e5-2650',
    cpus: 1,
    seed: 1,
    memoryBytes: 1 << 16,
    boot: (cpu) => new TinyExecutive(cpu, body),
    ...options,
  }
}

const forever: TinyBody = function* (_td, cpu) {
  for (;;) {
    cpu.memory.charge(NANOSECOND, 100)
    yield YIELD
  }
}

describe('a simulated machine', () => {
  it.each([1, 2, 4, 16, 32])('loses no update under a mutex on %d CPUs', (cpus) => {
    const { ending, reports } = simulate(counting({ cpus }))
    expect(ending).toBe('quiet')
    expect(Math.max(...reports.map(({ value }) => value as number))).toBe(cpus * TURNS)
  })

  it('gives the same result for the same seed, to the byte', () => {
    const once = JSON.stringify(simulate(counting({ seed: 7 })))
    expect(JSON.stringify(simulate(counting({ seed: 7 })))).toBe(once)
  })

  it('gives another result for another seed', () => {
    const cycles = [7, 8].map((seed) => simulate(counting({ seed })).virtualCycles)
    expect(cycles[0]).not.toBe(cycles[1])
  })

  it('gives the same result in steps of any size', () => {
    const whole = simulate(counting())
    const machine = new SimMachine(counting())
    while (machine.run(3) === undefined);
    expect(machine.result()).toEqual(whole)
  })

  it('accounts for all cycles of each CPU', () => {
    const { cpus, virtualCycles } = simulate(counting())
    for (const { busyCycles, idleCycles } of cpus) {
      expect(busyCycles + idleCycles).toBe(virtualCycles)
    }
  })

  it('sorts reports by time, and tells of each when it is made', () => {
    const told: unknown[] = []
    const options = counting({ onReport: (report) => told.push(report) })
    const { reports } = simulate(options)
    expect(told).toHaveLength(4)
    expect(reports).toEqual([...reports].sort((a, b) => a.atNs - b.atNs || a.cpu - b.cpu))
    expect(new Set(told)).toEqual(new Set(reports))
  })
})

describe('the end of a simulation', () => {
  it('is when its time is over', () => {
    const { ending, virtualNs, cpus } = simulate(alone(forever, { untilNs: 1e6 }))
    expect(ending).toBe('time')
    expect(virtualNs).toBe(1e6)
    expect(cpus[0]!.busyCycles).toBeGreaterThan(2.59e6)
  })

  it('is when somebody says so', () => {
    const asked: number[] = []
    const { ending } = simulate(
      alone(forever, {
        shouldStop: ({ virtualNs, events }) => {
          asked.push(virtualNs)
          return events > 50_000
        },
      }),
    )
    expect(ending).toBe('stopped')
    expect(asked.length).toBeGreaterThan(1)
    expect(asked).toEqual([...asked].sort((one, other) => one - other))
  })

  it('is an error that code on a CPU throws, or tells of', () => {
    const throwing: TinyBody = function* () {
      throw new Error('no bread')
    }
    const telling: TinyBody = function* (_td, cpu) {
      cpu.fail(new Error('no butter'))
      yield YIELD
    }
    expect(() => simulate(alone(throwing))).toThrow('no bread')
    expect(() => simulate(alone(telling))).toThrow('no butter')
  })

  it('is an error when a CPU is busy for ever and no time passes', () => {
    const boot = () => ({ run: () => AHEAD, receive: () => false, tick() {} })
    const { boot: _, ...options } = alone(forever)
    expect(() => simulate({ ...options, boot })).toThrow(
      /^virtual time stands at \d+ ns: CPU 0 is busy and does nothing that takes time$/,
    )
  })
})

describe('A sleep longer than virtual time', () => {
  it.each([1e22, 1e25, 1e300])('of %d ns never ends, and the machine is quiet', (ns) => {
    let rang = false
    const { ending } = simulate({
      profile: 'xeon-e5-2650',
      cpus: 1,
      seed: 1,
      memoryBytes: 1 << 16,
      boot(cpu) {
        cpu.alarm(ns, () => (rang = true))
        return { run: () => IDLE, receive: () => false, tick() {} }
      },
    })
    expect(ending).toBe('quiet')
    expect(rang).toBe(false)
  })
})
