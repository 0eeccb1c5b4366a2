import { describe, expect, it } from 'vitest'
import { defineStack, layOver, type Program, setSysctl } from '../../src/index.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { udpFlows } from '../fixtures/udp-flows.mjs'
import {
  expectBalance,
  type FlowAccount,
  type Machine,
  NOTHING_IN_USE,
  type Rest,
  type RunNet,
} from './account.ts'
import { combinations } from './combinations.ts'

export interface FlowPlan {
  readonly senders: number
  readonly receivers: number
  readonly datagrams: number
  readonly size: number
  /** Datagrams in a row, after which others have a turn; 0 for never. */
  readonly window: number
  /** Whether receivers begin when all has been sent. */
  readonly lateReceivers?: boolean
  /** Whether each receiver reports when it received what. */
  readonly traces?: boolean
}

export const flows = udpFlows as Program<FlowPlan>

export const FLOWS: FlowPlan = { senders: 3, receivers: 2, datagrams: 24, size: 40, window: 8 }

/** What netisr has refused, or of it what came behind a packet that had waited too long. */
function drops({ statistics }: FlowAccount, which: 'drops' | 'late'): number {
  const works = statistics.netisr.workstreams.flatMap((stream) => stream.works)
  return works.reduce((sum, work) => sum + work[which], 0)
}

/** Datagrams of several senders to several receivers, on so many CPUs. */
export function flowCases(
  machine: Machine,
  counts: readonly number[],
  every: number,
  run: RunNet,
): void {
  const most = counts.at(-1)!
  const runFlows = (rest: Rest, plan: Partial<FlowPlan> = {}, cpus = most) => {
    const config = defineStack({ ...rest, machine: machine(cpus) })
    return run<FlowPlan, FlowAccount>(config, flows, 'udp-flows.mjs', { ...FLOWS, ...plan })
  }

  describe('datagrams arrive whole and in order, and nothing is left', () => {
    it.each(combinations(counts, every))('with %s', async (_text, cpus, rest) => {
      const account = await runFlows(rest, {}, cpus)
      expect(account).toMatchObject({ ...NOTHING_IN_USE, received: FLOWS.senders * 24 })
      expectBalance(account)
    })

    it.each([
      ['one sender to several receivers', { senders: 1, receivers: 4 }],
      ['several senders to one receiver', { senders: 5, receivers: 1 }],
      ['datagrams that take clusters', { size: 9000, datagrams: 2 }],
      ['a sender that never gives others a turn', { window: 0 }],
    ] as const)('of %s', async (_text, plan) => {
      for (const dispatch of ['direct', 'hybrid', 'deferred'] as const) {
        const netisr = { dispatch, policy: 'flow', threads: 'all' } as const
        const account = await runFlows({ netisr, actions: 'after-unlock' }, plan)
        expect(account).toMatchObject({ ...NOTHING_IN_USE, received: account.sent })
        expectBalance(account)
      }
    })
  })

  describe('what there is no room for is dropped and counted', () => {
    it('by netisr: the sender is told ENOBUFS', async () => {
      const netisr = { dispatch: 'deferred', limit: 4 } as const
      const plan = { datagrams: 400, window: 0 }
      const account = await runFlows(
        { netisr, scheduler: { policy: 'priority', preemption: 'none' } },
        plan,
      )
      expect(account.refused).toBeGreaterThan(0)
      expect(account.received).toBeGreaterThan(0)
      expect(account).toMatchObject(NOTHING_IN_USE)
      expectBalance(account)
    })

    it('by netisr, behind a packet that waits too long, by option and by sysctl', async () => {
      const late = async (maxWait: Rest): Promise<number> => {
        const rules = { policy: 'priority', preemption: 'none' } as const
        const plan = { datagrams: 100, window: 0, senders: 1 }
        const account = await runFlows(layOver({ scheduler: rules }, maxWait), plan)
        expect(account.refused).toBe(drops(account, 'drops'))
        expect(account).toMatchObject(NOTHING_IN_USE)
        expectBalance(account)
        return drops(account, 'late')
      }
      const deferred = { netisr: { dispatch: 'deferred' } } as const
      expect(await late(deferred)).toBe(0)
      expect(await late({ netisr: { dispatch: 'deferred', maxWaitUs: 1 } })).toBeGreaterThan(0)
      expect(await late(setSysctl({ ...deferred }, 'smpnet.isr.maxwait=1'))).toBeGreaterThan(0)
    })

    it('by a socket: its sender is told nothing', async () => {
      const plan = { senders: 2, receivers: 1, datagrams: 60, lateReceivers: true }
      const account = await runFlows({ socket: { receiveBytes: 1024 } }, plan)
      const { udps_fullsock = 0 } = account.statistics.counters
      expect(udps_fullsock).toBeGreaterThan(0)
      expect(account.refused).toBe(0)
      expect(account.received).toBe(account.sent - udps_fullsock)
      expect(account).toMatchObject(NOTHING_IN_USE)
      expectBalance(account)
    })
  })

  it('a memory that is too small for a network is refused before anything starts', async () => {
    const config = defineStack({ machine: { ...machine(1), memoryBytes: 2 ** 20 } })
    const started = run(config, flows, 'udp-flows.mjs', FLOWS)
    await expect(started).rejects.toMatchObject({ name: 'OutOfMemory' })
  })
}
