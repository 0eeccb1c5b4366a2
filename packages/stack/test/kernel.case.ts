import { describe, expect, it } from 'vitest'
import {
  bsd,
  defineStack,
  live,
  type LiveInput,
  priority,
  type Program,
  sim,
  type SimInput,
  type StackConfig,
  type StackStatistics,
  ule,
  WAKEUP_NAMES,
} from '../src/index.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { outOfOrder as untypedOutOfOrder } from './fixtures/out-of-order.mjs'
// @ts-expect-error: the same
import { relay as untypedRelay } from './fixtures/relay.mjs'

export interface Settings {
  readonly rounds: number
}

export const relay = untypedRelay as Program<Settings>
export const outOfOrder = untypedOutOfOrder as Program<Settings>
export const ROUNDS = 200
const CPUS = 2

export interface Report {
  readonly sum: number
  readonly isLast: boolean
}

/** What a run came to. */
export interface Came {
  readonly last: Report
  readonly statistics: StackStatistics
}

/**
 * Runs a program until its last thread has reported. `module` is the fixture that live workers
 * load.
 */
export type Run = (
  config: StackConfig,
  program: Program<Settings>,
  module: string,
) => Promise<Came>

const schedulers = [priority, bsd, ule].flatMap((make) =>
  WAKEUP_NAMES.map((wakeup) => make({ wakeup })),
)

/** What a kernel does alike on both machines. Each runs in an isolate, and a file, of its own. */
export function kernelCases(machine: SimInput | LiveInput, run: Run): void {
  const asked = { machine, statistics: true } as const
  const runRelay = (config: StackConfig) => run(config, relay, 'relay.mjs')

  describe('one expression boots a kernel', () => {
    it.each(schedulers.map((scheduler) => [JSON.stringify(scheduler), scheduler] as const))(
      'with %s',
      async (_text, scheduler) => {
        const config = defineStack({ ...asked, scheduler })
        const { last, statistics } = await runRelay(config)
        expect(last.sum).toBe(CPUS * ROUNDS)
        expect(statistics.cpus.map(({ cpu }) => cpu)).toEqual([0, 1])
        for (const { switches, reasons, sysctl } of statistics.cpus) {
          expect(switches).toBeGreaterThan(0)
          expect(Object.values(reasons).reduce((sum, n) => sum + n, 0)).toBe(switches)
          const names = { priority: 'priority', '4bsd': '4BSD', ule: 'ULE' }
          expect(sysctl['kern.sched.name']).toBe(names[config.scheduler.policy])
        }
      },
    )
  })

  it.each([bsd, ule])(
    'CPUs share the queues of a policy only where they share an isolate',
    async (make) => {
      const { statistics } = await runRelay(defineStack({ ...asked, scheduler: make() }))
      for (const { isShared } of statistics.cpus) expect(isShared).toBe(machine.kind === 'sim')
    },
  )

  it('what wakeups led to is counted if statistics are asked for', async () => {
    const { cpus } = (await runRelay(defineStack(asked))).statistics
    const all = cpus.map(({ wakeups }) => wakeups!)
    for (const { heldLockSwitches, lockBlocks, loans, runDelay, idleBesideQueuedNs } of all) {
      expect(runDelay.maxNs).toBeGreaterThanOrEqual(runDelay.p99Ns)
      expect(runDelay.p99Ns).toBeGreaterThanOrEqual(runDelay.p50Ns)
      expect(heldLockSwitches).toBeLessThanOrEqual(lockBlocks)
      expect(loans).toBeGreaterThanOrEqual(0)
      expect(idleBesideQueuedNs !== undefined).toBe(machine.kind === 'sim')
    }
    const sum = (of: (figures: (typeof all)[number]) => number) =>
      all.reduce((so, figures) => so + of(figures), 0)
    const wakes = sum(({ wakes: of }) => of.byThread + of.byTimer + of.fromOutside)
    expect(sum((of) => of.wakes.starts)).toBeGreaterThanOrEqual(CPUS)
    // A thread may have been woken that has not run since.
    expect(wakes - sum((of) => of.runDelay.count)).toBeGreaterThanOrEqual(0)
    // The thread that answers was woken, at least.
    const answers = machine.kind === 'live' ? CPUS : 0
    expect(sum((of) => of.runDelay.count)).toBeGreaterThanOrEqual(answers)
  })

  it('nothing is billed unless told, and then time is', async () => {
    const of = async (accounting: 'none' | 'time') => {
      const config = defineStack({ ...asked, scheduler: priority({ accounting }) })
      const { statistics } = await runRelay(config)
      return statistics.cpus.map(({ busyNs }) => busyNs)
    }
    expect(await of('none')).toEqual([undefined, undefined])
    for (const busyNs of await of('time')) expect(busyNs).toBeGreaterThan(0)
  })

  it('a witness reports two locks that are taken in both orders', async () => {
    const config = defineStack({ ...asked, locks: { watch: true } })
    const { statistics } = await run(config, outOfOrder, 'out-of-order.mjs')
    const [report] = statistics.cpus[0]!.reversals
    expect(report).toContain('lock order reversal:')
    expect(report).toContain('lock 2 (lock 2, sleep mutex) @ out-of-order.mjs:lock 2')
  })

  it('a witness reports nothing where the order is kept, and nothing unless told', async () => {
    const watched = await runRelay(defineStack({ ...asked, locks: { watch: true } }))
    const unwatched = await run(defineStack(asked), outOfOrder, 'out-of-order.mjs')
    for (const { statistics } of [watched, unwatched]) {
      expect(statistics.cpus.flatMap(({ reversals }) => reversals)).toEqual([])
    }
  })

  it('locks are counted and timed by the place where they are taken', async () => {
    const { statistics } = await runRelay(defineStack({ ...asked, locks: { profile: true } }))
    for (const { locks } of statistics.cpus) {
      expect(locks).toHaveLength(1)
      expect(locks[0]).toMatchObject({ name: 'relay.mjs:adds (sleep mutex:sum)', count: ROUNDS })
    }
  })

  it('the configuration of the other machine is refused', async () => {
    const other = machine.kind === 'sim' ? live({ cpus: 1 }) : sim({ cpus: 1 })
    const came = `machine.kind: expected ${machine.kind}, came ${other.kind}`
    await expect(runRelay(defineStack({ machine: other }))).rejects.toThrow(came)
  })
}
