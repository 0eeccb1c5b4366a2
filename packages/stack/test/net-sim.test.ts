import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { defineStack, type Program, sim, type StackInput } from '../src/index.ts'
import { simulateStack } from '../src/sim/index.ts'
import { type Account, NOTHING_IN_USE, type RunNet, type SceneAccount } from './net/account.ts'
import { scenes } from './net/calls.case.ts'
import { type FlowPlan, flows } from './net/flows.case.ts'
import { netCases } from './net.case.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { udpPing as untypedPing } from './fixtures/udp-ping.mjs'

const UNTIL_NS = 2e9
const TRACED = { senders: 3, receivers: 2, datagrams: 60, size: 40, window: 8 } as const

interface PingAccount extends Account {
  /** How long a round trip took, on average. */
  readonly ns: number
}

const ping = untypedPing as Program<{ readonly rounds: number; readonly size: number }>

export const runSim: RunNet = async (config, program, _module, settings) => {
  let last: unknown
  const onReport = (report: unknown, stop: () => void) => {
    if (!(report as { isLast?: true }).isLast) return
    last = report
    stop()
  }
  simulateStack(config, program, { settings, untilNs: UNTIL_NS, onReport })
  if (last === undefined) throw new Error(`nothing was reported in ${UNTIL_NS} ns`)
  return last as never
}

describe('on the simulated machine', () => {
  const extent = {
    cpus: [1, 2, 4],
    every: thorough(1, 16),
    packets: 6000,
    packetCpus: 2,
  }
  netCases((cpus) => sim({ cpus, seed: 7 }), extent, runSim)

  describe('one seed gives one packet trace', () => {
    /** When each receiver received what, and all that was counted. */
    const traceOf = (seed: number, actions: 'under-lock' | 'after-unlock') => {
      const netisr = { dispatch: 'deferred', policy: 'flow', threads: 'all' } as const
      const config = defineStack({ machine: sim({ cpus: 4, seed }), actions, netisr })
      const settings: FlowPlan = { ...TRACED, traces: true }
      const reports: unknown[] = []
      const onReport = (report: unknown) => reports.push(report)
      const { result } = simulateStack(config, flows, { settings, untilNs: UNTIL_NS, onReport })
      return JSON.stringify([reports, result.statistics])
    }

    it.each(['under-lock', 'after-unlock'] as const)('with actions %s', (actions) => {
      const [one, same, other] = [5, 5, 6].map((seed) => traceOf(seed, actions))
      expect(one).toContain('"trace":[[')
      expect(same).toBe(one)
      expect(other).not.toBe(one)
    })
  })

  it.each([2, 4])(
    'threads of netisr that get nothing to do make no difference, on %i CPUs',
    async (cpus) => {
      const nsOf = async (netisr: NonNullable<StackInput['netisr']>) => {
        const config = defineStack({
          machine: sim({ cpus }),
          actions: 'after-unlock',
          netisr: { dispatch: 'direct', ...netisr },
        })
        const plan = { rounds: 500, size: 1 }
        return (await runSim<typeof plan, PingAccount>(config, ping, 'udp-ping.mjs', plan)).ns
      }
      const one = await nsOf({ threads: 1 })
      for (const bind of [false, true]) {
        const all = await nsOf({ threads: 'all', bind })
        expect(Math.abs(all / one - 1)).toBeLessThan(0.01)
      }
      // That the figure can see a difference at all:
      const deferred = await nsOf({ threads: 1, dispatch: 'deferred' })
      expect(deferred / one).toBeGreaterThan(1.1)
    },
  )

  it.each([5, 6])(
    'packets come to be handled on the CPU of the thread that receives them, seed %i',
    async (seed) => {
      const handledBy = async (netisr: NonNullable<StackInput['netisr']>) => {
        const common = { dispatch: 'deferred', policy: 'flow', bind: true } as const
        const machine = sim({ cpus: 4, seed })
        const config = defineStack({ machine, netisr: { ...common, ...netisr } })
        const plan = { rounds: 40, size: 1 }
        const { statistics } = await runSim<typeof plan, Account>(config, ping, '', plan)
        const { workstreams } = statistics.netisr
        return workstreams.map(({ works }) => works.reduce((sum, work) => sum + work.handled, 0))
      }
      // The server receives on CPU 3, the client on CPU 0; each flow may begin elsewhere.
      const steered = await handledBy({ buckets: 256, steering: true })
      expect(steered.reduce((sum, handled) => sum + handled)).toBe(80)
      expect(Math.min(steered[0]!, steered[3]!)).toBeGreaterThanOrEqual(39)
      // Where they go by themselves is chance: all of a flow to one.
      const stayed = await handledBy({ buckets: 256 })
      expect(stayed.every((handled) => handled % 40 === 0)).toBe(true)
    },
  )

  describe('a bind', () => {
    const rowsOf = (scene: string) => {
      const locks = { profile: true, watch: true, pcbHashHeld: 'output' } as const
      const config = defineStack({ machine: sim({ cpus: 2 }), locks, statistics: true })
      const { statistics } = simulateStack(config, scenes, { settings: { scene }, untilNs: 1e9 })
      const rows = statistics.cpus.flatMap((cpu) => cpu.locks)
      const reversals = statistics.cpus.flatMap((cpu) => cpu.reversals)
      const reads = rows.filter(({ name }) => name === 'read (rmlock:in_ifaddr)')
      return { reads: reads.reduce((sum, { count }) => sum + count, 0), reversals }
    }

    it('looks for its address under the lock of the addresses', () => {
      expect(rowsOf('address not local').reads).toBe(1)
    })

    it('takes that lock after those that a sender takes it after', () => {
      const { reads, reversals } = rowsOf('bind and send')
      expect(reads).toBeGreaterThan(2)
      expect(reversals).toEqual([])
    })
  })

  it('an answer that netisr has no room for is given back', async () => {
    const config = defineStack({
      machine: sim({ cpus: 2 }),
      actions: 'under-lock',
      netisr: { limit: 2, threads: 1 },
    })
    const settings = { scene: 'many echoes' }
    const account = await runSim<typeof settings, SceneAccount>(config, scenes, '', settings)
    expect(account).toMatchObject({ ...NOTHING_IN_USE, came: [true, true] })
  })

  it('errors are sent up to a rate', async () => {
    const config = defineStack({ machine: sim({ cpus: 2 }), actions: 'after-unlock' })
    const settings = { scene: 'refused often' }
    const account = await runSim<typeof settings, Account>(config, scenes, '', settings)
    const { icps_error, icps_limited, udps_noport } = account.statistics.counters
    expect(account).toMatchObject(NOTHING_IN_USE)
    expect(udps_noport).toBe(300)
    expect(icps_error).toBeGreaterThanOrEqual(200)
    expect(icps_error).toBeLessThan(210)
    expect(icps_error! + icps_limited!).toBe(300)
  })
})
