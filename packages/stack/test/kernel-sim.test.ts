import { describe, expect, it } from 'vitest'
import {
  bsd,
  defineStack,
  type Host,
  priority,
  type Program,
  sim,
  type StackInput,
  ule,
  WAKEUP_NAMES,
} from '../src/index.ts'
import { simulateStack } from '../src/sim/index.ts'
import { kernelCases, relay, type Report, ROUNDS, type Run, type Settings } from './kernel.case.ts'

const settings = { rounds: ROUNDS }

const run: Run = async (config, program) => {
  let last: Report | undefined
  const onReport = (report: unknown, stop: () => void) => {
    if (!(report as Report).isLast) return
    last = report as Report
    stop()
  }
  const { statistics } = simulateStack(config, program, { settings, untilNs: 1e9, onReport })
  return { last: last!, statistics }
}

describe('on the simulated machine', () => {
  kernelCases(sim({ cpus: 2, seed: 3 }), run)

  it('the same seed gives the same, and another one other figures', async () => {
    const of = async (seed: number) => {
      const config = defineStack({ machine: sim({ cpus: 4, seed }), scheduler: ule() })
      return JSON.stringify(await run(config, relay, 'relay.mjs'))
    }
    expect(await of(5)).toBe(await of(5))
    expect(await of(6)).not.toBe(await of(5))
  })

  it('to count what wakeups lead to changes nothing', async () => {
    const of = async (statistics: boolean) => {
      const config = defineStack({ machine: sim({ cpus: 4 }), scheduler: ule(), statistics })
      const { cpus, machine } = (await run(config, relay, 'relay.mjs')).statistics
      expect(cpus[0]!.wakeups !== undefined).toBe(statistics)
      return JSON.stringify([machine, cpus.map(({ reasons, sysctl }) => [reasons, sysctl])])
    }
    expect(await of(true)).toBe(await of(false))
  })

  it('the machine says what it has counted', async () => {
    const config = defineStack({ machine: sim({ cpus: 2 }), scheduler: ule() })
    const { machine } = (await run(config, relay, 'relay.mjs')).statistics
    expect(machine).toMatchObject({ ipis: expect.any(Number), contended: expect.any(Number) })
    expect(machine!.cpus[0]!.busyCycles).toBeGreaterThan(0)
  })

  /** What the program of each of two CPUs finds there. */
  const hostsOf = (scheduler: NonNullable<StackInput['scheduler']>) => {
    const hosts: Host[] = []
    const program: Program<Settings> = {
      ...relay,
      start(told, shared, host) {
        hosts.push(host)
        relay.start(told, shared, host)
      },
    }
    const config = defineStack({ machine: sim({ cpus: 2 }), scheduler })
    simulateStack(config, program, { settings, untilNs: 1e6 })
    return hosts
  }

  it.each(WAKEUP_NAMES)('the scheduler of each CPU has the wakeup policy %s', (wakeup) => {
    for (const { scheduler, locks } of hostsOf(ule({ wakeup, preemption: 77 }))) {
      expect(scheduler.wakeup.name).toBe(wakeup)
      expect(scheduler.preemption.threshold).toBe(77)
      expect(locks.isCounted).toBe(wakeup === 'deferred-to-unlock')
    }
  })

  it.each([
    ['priority', priority(), false],
    ['4bsd', bsd(), true],
    ['ule', ule(), true],
  ])('the CPUs of %s share their threads or not', (_name, scheduler, isOne) => {
    const [one, other] = hostsOf(scheduler).map(({ scheduler: { policy } }) => policy.table)
    expect(one === other).toBe(isOne)
  })

  it('two machines in one isolate have nothing in common', () => {
    const tables = [1, 2].map(() => hostsOf(ule())[0]!.scheduler.policy.table)
    expect(tables[0]).not.toBe(tables[1])
  })

  it.each(['i8254', 'ACPI-safe', 'ACPI-fast', 'HPET', 'TSC'])(
    'threads are billed in time by %s',
    async (timecounter) => {
      const scheduler = ule({ accounting: 'time', timecounter })
      const config = defineStack({ machine: sim({ cpus: 1 }), scheduler })
      const { result, statistics } = simulateStack(config, relay, { settings, untilNs: 1e6 })
      const [{ busyNs = 0, idleNs = 0 }] = statistics.cpus as [(typeof statistics.cpus)[number]]
      expect(busyNs + idleNs).toBeGreaterThan(0.98 * result.virtualNs)
      expect(busyNs + idleNs).toBeLessThan(1.02 * result.virtualNs)
    },
  )

  it('threads are billed in cycles, for less than in time', () => {
    const busy = (accounting: 'time' | 'cycles', timecounter: string) => {
      const scheduler = ule({ accounting, timecounter })
      const config = defineStack({ machine: sim({ cpus: 1 }), scheduler })
      return simulateStack(config, relay, { settings, untilNs: 1e6 }).result.cpus[0]!.busyCycles
    }
    expect(busy('cycles', 'HPET')).toBeLessThan(busy('time', 'HPET'))
  })
})
