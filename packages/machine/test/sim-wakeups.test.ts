import { type Address, SETTLE, work } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import type { Cpu } from '../src/cpu.ts'
import { type SimCpu, simulate } from '../src/sim/index.ts'
import { type TinyBody, TinyExecutive } from './sim-tiny-executive.ts'

const NANOSECOND = work('nanosecond')

function* busyFor(cpu: Cpu, ns: number): Waiting {
  for (let left = ns; left > 0; left -= 100) {
    cpu.memory.charge(NANOSECOND, 100)
    while (!cpu.memory.settled()) yield SETTLE
  }
}

/**
 * CPU 1 parks a thread and goes on with `other`, if given; CPU 0 wakes it after `afterNs`. How
 * long it took from the wake until the thread ran, in ns, and what the machine counted.
 */
function wake(afterNs: number, other?: TinyBody, idleTurns?: number) {
  let wokenNs = 0
  let wakeNs = 0
  const timeOf = (cpu: Cpu) => (cpu as SimCpu).turns.pricer.clock[cpu.id]! / 2.6
  const waker = (at: Address): TinyBody =>
    function* (td, cpu) {
      yield* busyFor(cpu, afterNs)
      wakeNs = timeOf(cpu)
      yield* td.lot.unpark(at, 1)
    }
  const sleeper = (at: Address): TinyBody =>
    function* (td, cpu) {
      yield* td.lot.park(td, at, at, 0)
      wokenNs = timeOf(cpu)
    }
  const result = simulate<Address>({
    profile: 'xeon-e5-2650',
    cpus: 2,
    seed: 1,
    memoryBytes: 1 << 16,
    setup: ({ arena }) => arena.place('word', 4),
    boot: (cpu, at) => {
      if (cpu.id === 0) return new TinyExecutive(cpu, waker(at))
      const executive = new TinyExecutive(cpu, sleeper(at), ...(other ? [other] : []))
      return Object.assign(executive, { idleTurns })
    },
  })
  return { tookNs: wokenNs - wakeNs, result }
}

describe('a wake of another CPU', () => {
  it('is seen by one that is idle and still watches, for the price of some lines', () => {
    const { tookNs, result } = wake(10_000)
    expect(tookNs).toBeGreaterThan(50)
    expect(tookNs).toBeLessThan(800)
    expect(result.statistics.ipis).toBe(0)
    expect(result.cpus[1]!.workCycles['idle-exit']).toBeUndefined()
  })

  it('gets one that sleeps out of its sleep', () => {
    const { tookNs, result } = wake(100_000)
    expect(tookNs).toBeGreaterThan(2_000)
    expect(tookNs).toBeLessThan(2_900)
    expect(result.statistics.ipis).toBe(0)
    expect(result.cpus[1]!.workCycles['idle-exit']).toBe(5200)
  })

  it('finds one watching for as many turns as its executive has it watch', () => {
    const exits = (afterNs: number, turns: number): number | undefined =>
      wake(afterNs, undefined, turns).result.cpus[1]!.workCycles['idle-exit']
    // A turn takes 4 ns on this machine.
    expect([exits(1_000, 0), exits(30_000, 10_000), exits(60_000, 10_000)]).toEqual([
      5200,
      undefined,
      5200,
    ])
  })

  it('interrupts one that is busy', () => {
    const { tookNs, result } = wake(10_000, (_td, cpu) => busyFor(cpu, 50_000))
    expect(tookNs).toBeGreaterThan(750)
    expect(result.statistics.ipis).toBe(1)
    expect(result.cpus[1]!.workCycles['ipi-handle']).toBe(1170)
  })

  it('needs no second interrupt while the first is on its way', () => {
    const threads = 3
    const result = simulate<Address>({
      profile: 'xeon-e5-2650',
      cpus: 2,
      seed: 1,
      memoryBytes: 1 << 16,
      setup: ({ arena }) => arena.place('word', 4),
      boot: (cpu, at) => {
        const sleep: TinyBody = (td) => td.lot.park(td, at, at, 0)
        if (cpu.id === 1) {
          const busy: TinyBody = (_td, cpu) => busyFor(cpu, 30_000)
          return new TinyExecutive(cpu, ...Array.from({ length: threads }, () => sleep), busy)
        }
        return new TinyExecutive(cpu, function* (td) {
          yield* busyFor(cpu, 10_000)
          cpu.report(yield* td.lot.unpark(at, threads))
        })
      },
    })
    expect(result.reports[0]!.value).toBe(threads)
    expect(result.statistics.remoteWakes).toBe(threads)
    expect(result.statistics.ipis).toBe(1)
  })

  it('is refused for a thread that no CPU of the machine runs', () => {
    expect(() =>
      simulate({
        profile: 'xeon-e5-2650',
        cpus: 1,
        seed: 1,
        memoryBytes: 1 << 16,
        boot: (cpu) =>
          new TinyExecutive(cpu, function* () {
            cpu.lot.waker.wake(cpu.lot.waiter().at)
          }),
      }),
    ).toThrow('wakes the waiters of its CPUs, 0 to 0: one of a plain thread came')
  })
})
