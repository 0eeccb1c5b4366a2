import { describe, expect, it } from 'vitest'
import { DISPATCHES, POLICIES, type WorkStatistics } from '../src/index.ts'
import type { Counted, Plan } from './fixtures/load.mjs'

/** Runs a load on a machine, and says what was counted in the end. */
export type RunLoad = (plan: Plan) => Promise<Counted>

/** What differs between the machines that run the suite. */
export interface Machine {
  readonly cpus: number
  readonly senders: number
  readonly packets: number
  readonly seeds: readonly number[]
  /** Of all ways, each so-manyth under one scheduler, and the others under the others. */
  readonly every: number
}

const SCHEDULERS = ['priority', '4BSD', 'ULE']

/** Every dispatch with every policy. */
const WAYS = DISPATCHES.flatMap((dispatch) => POLICIES.map((policy) => ({ dispatch, policy })))

function planOf({ cpus, senders, packets }: Machine, plan: Partial<Plan>): Plan {
  return {
    shape: { cpus, threads: 'all' },
    cpus,
    senders,
    packets,
    scheduler: 'priority',
    policy: 'flow',
    dispatch: 'deferred',
    limit: 8,
    seed: 1,
    waits: true,
    device: false,
    changes: false,
    ...plan,
  }
}

/** A load during which dispatches are switched, limits set, and flows moved. */
export function changingPlan(machine: Machine, plan: Partial<Plan>): Plan {
  const { dispatch = 'deferred' } = plan
  const bounds = { maxLimit: 40, defaultLimit: 8, buckets: 8, pins: 4 }
  const shape = { cpus: machine.cpus, threads: 'all', dispatch, ...bounds } as const
  return planOf(machine, { shape, changes: true, ...plan })
}

function sum({ statistics }: Counted, what: keyof WorkStatistics): number {
  const streams = [...statistics.workstreams, ...statistics.elsewhere]
  const works = streams.flatMap((stream) => stream.works)
  return works.reduce((total, work) => total + Number(work[what]), 0)
}

/** Nothing was lost but what was counted as dropped, and the statistics say the same. */
function expectWhole(counted: Counted, limit: number): void {
  const { all, handled, dropped } = counted
  expect(handled + dropped).toBe(all)
  expect(sum(counted, 'handled')).toBe(handled)
  expect(sum(counted, 'drops')).toBe(dropped)
  const ways = ['queued', 'dispatched', 'hybridDispatched'] as const
  expect(ways.reduce((total, way) => total + sum(counted, way), 0)).toBe(handled)
  expect(sum(counted, 'length')).toBe(0)
  for (const { state, works } of counted.statistics.workstreams) {
    expect(state).toBe('IDLE')
    for (const { watermark } of works) expect(watermark).toBeLessThanOrEqual(limit)
  }
}

/**
 * What a netisr promises of a random load. The load itself finds out a packet that comes twice or
 * out of its flow's order, and fails the machine.
 */
export function loadCases(name: string, machine: Machine, run: RunLoad): void {
  describe(`${name}: packets of a flow keep their order and none is lost`, () => {
    describe.each(SCHEDULERS)('under %s', (scheduler) => {
      const turn = SCHEDULERS.indexOf(scheduler)
      const ways = WAYS.filter((_, i) => i % machine.every === turn % machine.every)
      it.each(ways)('$dispatch by $policy', async ({ dispatch, policy }) => {
        for (const seed of machine.seeds) {
          const plan = planOf(machine, { scheduler, dispatch, policy, seed })
          expectWhole(await run(plan), plan.limit)
        }
      })
    })

    it.each([
      ['bound workers', { threads: 'all', bind: true }, 'hybrid'],
      ['one worker for all', { threads: 1 }, 'deferred'],
    ] as const)('with %s', async (_name, shape, dispatch) => {
      for (const scheduler of SCHEDULERS) {
        const { cpus } = machine
        const plan = planOf(machine, { shape: { cpus, ...shape }, scheduler, dispatch })
        expectWhole(await run(plan), plan.limit)
      }
    })

    it.each(DISPATCHES)('with a device that queues in interrupts: %s', async (dispatch) => {
      const plan = planOf(machine, { device: true, dispatch, senders: 1 })
      expectWhole(await run(plan), plan.limit)
    })
  })

  describe(`${name}: packets keep their order while all is changed that may be`, () => {
    it.each(SCHEDULERS)('under %s', async (scheduler) => {
      for (const seed of machine.seeds) {
        for (const dispatch of DISPATCHES) {
          const plan = changingPlan(machine, { scheduler, dispatch, seed })
          const counted = await run(plan)
          expectWhole(counted, 40)
          for (const way of ['queued', 'dispatched', 'hybridDispatched'] as const) {
            expect([way, sum(counted, way) > 0]).toEqual([way, true])
          }
        }
      }
    })
  })

  describe(`${name}: a queue`, () => {
    it('takes no more than its limit and counts what it refuses', async () => {
      const plan = planOf(machine, { limit: 1, senders: 4 })
      const counted = await run(plan)
      expectWhole(counted, 1)
      expect(counted.dropped).toBeGreaterThan(0)
    })

    it('refuses nothing while there is room for all', async () => {
      const plan = planOf(machine, { limit: 10_000 })
      const counted = await run(plan)
      expectWhole(counted, 10_000)
      expect(counted.dropped).toBe(0)
    })
  })

  it(`${name}: the number of threads makes no difference to direct dispatch`, async () => {
    for (const threads of [1, 'all'] as const) {
      const { cpus } = machine
      const plan = planOf(machine, { shape: { cpus, threads }, dispatch: 'direct' })
      const counted = await run(plan)
      expect(sum(counted, 'dispatched')).toBe(counted.all)
      expect([sum(counted, 'queued'), counted.dropped]).toEqual([0, 0])
    }
  })
}
