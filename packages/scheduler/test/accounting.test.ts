import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import { Bintime, CpuTicker, tsc, tscCounter } from '@smpnet/timecounter'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Bsd,
  clockTicker,
  type TickSource,
  PriorityPolicy,
  Scheduler,
  type SchedulerStatistics,
  type SchedulingPolicy,
  type Thread,
  Ule,
} from '../src/index.ts'
import { HandCpu } from './hand-cpu.ts'
import { compute } from './simulated-load.ts'

type PolicyOf = (cpu: Cpu) => SchedulingPolicy

const policies: Record<string, () => PolicyOf> = {
  priority: () => () => new PriorityPolicy(),
  '4BSD': () => {
    const shared = new Bsd()
    return (cpu) => shared.on(cpu)
  },
  ULE: () => {
    const shared = new Ule()
    return (cpu) => shared.on(cpu)
  },
}

const TSC_HZ = 2.6e9

/** What time is billed in: by reading the clock, or in the CPU's own cycles. */
const tickers: Record<string, (cpu: Cpu) => TickSource> = {
  time: clockTicker,
  cycles: (cpu) => {
    const register = tsc({ nowNs: () => cpu.now() }, TSC_HZ)
    const flags = { isInvariant: true, isSynchronized: true }
    return new CpuTicker(tscCounter(cpu.memory, register, flags))
  },
}

/** A thread of a random load: what it computes and sleeps in each of its rounds, in ns. */
interface Rounds {
  readonly cpu: number
  readonly runNs: number
  readonly sleepNs: number
}

/** Runs threads for a while, and returns what their schedulers and the machine say about it. */
function run(
  policyOf: PolicyOf,
  cpus: number,
  threads: readonly Rounds[],
  untilNs: number,
  tickerOf = tickers['time']!,
) {
  const statistics: SchedulerStatistics[] = []
  const schedulers: Scheduler[] = []
  const computed = threads.map(() => 0)
  const result = simulate({
    profile: 'xeon-e5-2650',
    cpus,
    seed: 1,
    memoryBytes: 1 << 20,
    untilNs: untilNs * 1.005,
    workNs: { 'read-tsc': 8 },
    boot: (cpu) => {
      const scheduler = new Scheduler(cpu, { policy: policyOf(cpu), ticker: tickerOf(cpu) })
      // Asked on the CPU itself, since the clock of a CPU that is idle stands still.
      const asks = { pinned: true, name: 'asks', priority: 0 }
      scheduler.spawn(function* (td) {
        yield* td.sleep(untilNs)
        statistics[cpu.id] = scheduler.statistics()
        yield* td.sleep(1e12)
      }, asks)
      schedulers.push(scheduler)
      threads.forEach(({ cpu: on, runNs, sleepNs }, i) => {
        if (on % cpus !== cpu.id) return
        scheduler.spawn(function* (td) {
          for (;;) {
            yield* compute(td as Thread, runNs)
            computed[i]! += runNs
            yield* td.sleep(sleepNs)
          }
        })
      })
      return scheduler
    },
  })
  // A thread that moved between two CPUs' answers is in both, or in none: they agree at the end.
  const atEnd = schedulers.map((scheduler) => scheduler.statistics())
  return { result, computed, statistics, atEnd }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const runNs = ({ threads }: SchedulerStatistics): number => sum(threads.map((td) => td.runNs))

const loads = fc.array(
  fc.record({
    cpu: fc.nat(7),
    runNs: fc.integer({ min: 20_000, max: 2_000_000 }),
    sleepNs: fc.integer({ min: 10_000, max: 3_000_000 }),
  }),
  { minLength: 1, maxLength: 8 },
)

describe.each(Object.entries(policies))('accounting under %s', (_name, makePolicy) => {
  it.each(['time', 'cycles'])('bills in %s all that passes, within a hundredth', (name) => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 8 }), (threads, cpus) => {
        const untilNs = 100e6
        const given = [makePolicy(), cpus, threads, untilNs, tickers[name]] as const
        const { result, computed, statistics, atEnd } = run(...given)
        const perNs = result.virtualCycles / result.virtualNs
        statistics.forEach(({ busyNs, idleNs }, cpu) => {
          expect(Math.abs(busyNs! + idleNs! - untilNs)).toBeLessThan(untilNs / 100)
          // What interrupts an idle CPU is billed to idleness, and the machine calls it busy.
          const { busyCycles } = result.cpus[cpu]!
          expect(busyNs).toBeLessThan(busyCycles / perNs + untilNs / 100)
        })
        const billed = sum(atEnd.map(runNs))
        const busy = sum(atEnd.map(({ busyNs }) => busyNs!))
        expect(Math.abs(billed - busy)).toBeLessThan(1)
        expect(busy).toBeGreaterThan(0.99 * sum(computed))
      }),
      { numRuns: 10, seed: 7 },
    )
  })

  it('bills each thread at least what it computed', () => {
    const threads = [1, 2, 3].map((i) => ({ cpu: 0, runNs: i * 500_000, sleepNs: 700_000 }))
    const { statistics, computed } = run(makePolicy(), 2, threads, 100e6)
    const all = statistics.flatMap((one) => one.threads).filter((td) => td.name !== 'asks')
    const billed = all.sort((a, b) => cmp(a.name, b.name))
    expect(billed).toHaveLength(3)
    billed.forEach((td, i) => {
      expect(td.runNs).toBeGreaterThan(computed[i]! - threads[i]!.runNs)
      expect(td.runNs).toBeLessThan(computed[i]! * 1.05 + threads[i]!.runNs)
      expect(td.switches).toBeGreaterThan(5)
    })
  })
})

const cmp = (one: string, other: string): number => (one < other ? -1 : 1)

describe('a cputicker', () => {
  it('is read once at a switch, and converted when statistics are asked for', () => {
    const cpu = new HandCpu()
    let reads = 0
    const ticker = { ticks: () => reads++ * 3000, rate: () => 3e9 }
    const scheduler = new Scheduler(cpu, { ticker })
    cpu.executive = scheduler
    scheduler.spawn(function* (td) {
      yield* td.sleep(1)
    })
    cpu.runUntilIdle()
    // One when it was made, one when the thread came and one when it went.
    expect(reads).toBe(3)
    const { busyNs, idleNs, threads, switches } = scheduler.statistics()
    expect([busyNs, idleNs, switches]).toEqual([1000, 2000, 1])
    expect(threads).toMatchObject([{ runNs: 1000, isParked: true, switches: 1, cpu: 0 }])
  })

  it('may learn its rate later, since ticks are billed and not time', () => {
    let ticks = 0
    const source = {
      mask: 2 ** 53 - 1,
      frequency: 1e9,
      quality: 0,
      name: 'TSC',
      read: () => ticks,
    }
    const ticker = new CpuTicker(source as never, true)
    const scheduler = new Scheduler(new HandCpu(), { ticker })
    ticker.calibrate(new Bintime())
    ticks += 32e9
    expect(scheduler.statistics().idleNs).toBe(32e9)
    // Two ticks a nanosecond were counted: sixteen seconds have passed.
    ticker.calibrate(new Bintime(16))
    expect(scheduler.statistics().idleNs).toBe(16e9)
  })

  it('is not missed where accounting is not asked for', () => {
    const scheduler = new Scheduler(new HandCpu())
    expect(scheduler.statistics()).toMatchObject({ busyNs: undefined, idleNs: undefined })
  })
})
