import { type Cpu, VECTOR } from '@smpnet/machine'
import { type SimOptions, simulate } from '@smpnet/machine/sim'
import { type Arena, type Place, SETTLE } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { CALLOUT_BYTES } from '../src/callouts/callout.ts'
import type { DirectFunction } from '../src/callouts/callout-function.ts'
import { calloutHost } from '../src/callouts/callout-host.ts'
import { Callouts } from '../src/callouts/callouts.ts'
import type { Counter } from '../src/counters/counter.ts'
import { hpet } from '../src/counters/hpet.ts'
import { i8254, I8254_BYTES } from '../src/counters/i8254.ts'
import { tsc, tscCounter, type TscOptions } from '../src/counters/tsc.ts'
import { tscTest, type TscTestResult, type TscTestStep } from '../src/counters/tsc-test.ts'
import { SimExecutive } from './support/sim-executive.ts'
import { WORK_COST_NS } from '../src/costs/work-cost.ts'

const MACHINE = { profile: 'xeon-e5-2650', seed: 1, memoryBytes: 1 << 20 } as const
/** Models bill what a read costs, so that the time they count by is free. */
const workNs = { ...WORK_COST_NS, 'clock-read': 0 }

/** Runs `body` on each CPU of a machine, and returns what they report, by CPU. */
function onCpus(
  cpus: number,
  body: (cpu: Cpu, arena: Arena, executive: SimExecutive) => Waiting<unknown>,
  more: Partial<SimOptions<Arena>> = {},
): unknown[] {
  const result = simulate<Arena>({
    ...MACHINE,
    cpus,
    workNs,
    setup: ({ arena }) => arena,
    boot: (cpu, arena) => {
      const executive = new SimExecutive(cpu)
      executive.start(body(cpu, arena, executive))
      return executive
    },
    ...more,
  })
  return result.reports.toSorted((one, other) => one.cpu - other.cpu).map(({ value }) => value)
}

describe('the TSC test on a simulated machine', () => {
  function run(options: readonly TscOptions[]) {
    const seen: Cpu[] = []
    let go = (): void => {}
    const [result] = onCpus(options.length, function* (cpu) {
      seen[cpu.id] = cpu
      cpu.onInterrupt(VECTOR.device, () => go())
      if (cpu.id !== 0) return
      yield* settle(cpu)
      const tscs = options.map((option, id) =>
        tsc({ nowNs: () => seen[id]!.now() }, 2_600_000_000, option),
      )
      const test = tscTest(tscs, 20)
      let turn: IteratorResult<TscTestStep, TscTestResult> = test.next()
      while (!turn.done) {
        const step = { isDone: false }
        go = () => {
          turn = test.next()
          step.isDone = true
        }
        cpu.raise(turn.value.cpu, VECTOR.device)
        while (!step.isDone) {
          cpu.memory.pause(0)
          yield* settle(cpu)
        }
      }
      cpu.report(turn.value)
    })
    return result
  }

  it('passes where all TSCs started together', () => {
    expect(run([{}, {}, {}, {}])).toMatchObject({ isSynchronized: true })
  })

  it('fails where one is skewed, and names the pair', () => {
    const result = run([{}, {}, {}, { skewCycles: -100_000 }])
    expect(result).toMatchObject({ isSynchronized: false, culprits: [expect.any(Number), 3] })
  })

  it('fails where one follows the clock rate of its core', () => {
    expect(run([{}, { seenNs: (ns) => ns * 0.7 }])).toMatchObject({ isSynchronized: false })
  })
})

describe('reading a counter on a simulated machine', () => {
  /** What one read takes, in ns, on each CPU, when all read at once. */
  function readNs(cpus: number, make: (cpu: Cpu, at: number) => Counter): number[] {
    let at: number | undefined
    return onCpus(cpus, function* (cpu, arena) {
      at ??= arena.place('i8254', I8254_BYTES)
      const counter = make(cpu, at)
      yield* settle(cpu)
      const startNs = cpu.now()
      for (let i = 0; i < 100; i++) {
        counter.read()
        yield* settle(cpu)
      }
      cpu.report((cpu.now() - startNs) / 100)
    }) as number[]
  }
  const source = (cpu: Cpu) => ({ nowNs: () => cpu.now() })

  it('costs what its model says: the TSC 22 ns, the HPET 750 ns', () => {
    const [tscNs] = readNs(1, (cpu) => {
      return tscCounter(cpu.memory, tsc(source(cpu), 2_600_000_000), { isInvariant: true })
    })
    const [hpetNs] = readNs(1, (cpu) => hpet(cpu.memory, source(cpu)))
    expect(tscNs).toBeCloseTo(22, 0)
    expect(hpetNs).toBeCloseTo(750, 0)
  })

  it('of which there is one, behind a lock, costs as many times more as CPUs read it', () => {
    const read = (cpus: number) =>
      Math.max(...readNs(cpus, (cpu, at) => i8254(cpu.memory, at, source(cpu))))
    const alone = read(1)
    expect(alone).toBeGreaterThan(3250)
    expect(read(4) / alone).toBeGreaterThan(3.5)
    expect(read(4) / alone).toBeLessThan(5)
  })
})

describe('callouts on a simulated machine', () => {
  it('go round the CPUs without one being lost, early, or run where it should not', () => {
    const [CPUS, CALLOUTS, ROUNDS] = [4, 8, 50]
    const shared: { callouts?: Callouts; at?: number } = {}
    const fired: { wrong: number; early: number; count: number[] } = {
      wrong: 0,
      early: 0,
      count: Array.from({ length: CALLOUTS }, () => 0),
    }
    const due: number[] = []
    const owner: number[] = []
    const cpus: Cpu[] = []

    /** Sets callout `index` for the CPU after the one at `place`. */
    const pass = (place: Place, index: number): void => {
      const target = (place.cpu + 1) % CPUS
      owner[index] = target
      due[index] = cpus[place.cpu]!.now() + 10_000
      const callout = shared.at! + index * CALLOUT_BYTES
      shared.callouts!.set(place, callout, 10_000, 0, index, { cpu: target })
    }
    const run: DirectFunction = (index, _callout, irq) => {
      if (owner[index] !== irq.cpu) fired.wrong++
      if (cpus[irq.cpu]!.now() < due[index]!) fired.early++
      if (++fired.count[index]! < ROUNDS) pass(irq, index)
    }
    function* begin(cpu: Cpu): Waiting {
      yield* settle(cpu)
      for (let index = 0; cpu.id === 0 && index < CALLOUTS; index++) {
        shared.callouts!.init(shared.at! + index * CALLOUT_BYTES, 0)
        pass({ cpu: 0 }, index)
      }
    }

    onCpus(CPUS, (cpu, arena) => {
      shared.callouts ??= new Callouts(cpu.memory, Callouts.place(arena, CPUS), [run])
      shared.at ??= arena.place('callouts', CALLOUTS * CALLOUT_BYTES)
      cpus[cpu.id] = cpu
      shared.callouts.attach(calloutHost(cpu, VECTOR.callout))
      return begin(cpu)
    })
    expect(fired).toEqual({ wrong: 0, early: 0, count: Array(CALLOUTS).fill(ROUNDS) })
  })
})

function* settle(cpu: Cpu): Waiting {
  do yield SETTLE
  while (!cpu.memory.settled())
}
