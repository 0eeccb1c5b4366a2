import { simulate } from '@smpnet/machine/sim'
import { allowBothMemories } from '@smpnet/memory'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DISPATCHES } from '../src/index.ts'
import { Effective } from '../src/protocols/effective.ts'
import { Workstream } from '../src/workstream/workstream.ts'
import { bootOf, type Counted, place, type Plan } from './fixtures/load.mjs'
import { changingPlan, loadCases } from './load.case.ts'

// Nothing is measured here.
allowBothMemories()

// oxlint-disable-next-line require-await
async function run(plan: Plan, settlesAlways = false): Promise<Counted> {
  const { ending, reports } = simulate({
    profile: 'xeon-e5-2650',
    cpus: plan.cpus,
    seed: plan.seed,
    memoryBytes: 4 << 20,
    untilNs: 10e9,
    settlesAlways,
    setup: ({ arena }) => place(arena, plan),
    boot: bootOf(plan.scheduler),
  })
  if (reports.length === 1) return reports[0]!.value as Counted
  throw new Error(`a load ends with one report: ${reports.length} came, ${ending}`)
}

const MACHINE = { cpus: 4, senders: 2, packets: 200, seeds: [1, 2, 3], every: 1 }

loadCases('Simulated', MACHINE, run)

describe('A load finds out', () => {
  const plan = changingPlan(MACHINE, { packets: 1000 })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('direct dispatch that does not wait for what was queued before', async () => {
    vi.spyOn(Effective.prototype, 'change').mockImplementation(Effective.prototype.begin)
    await expect(run(plan)).rejects.toThrow('came after packet')
  })

  it('a bucket that leaves packets behind where it was', async () => {
    vi.spyOn(Workstream.prototype, 'isCleared').mockReturnValue(true)
    await expect(run(plan)).rejects.toThrow('came after packet')
  })
})

const WAYS = ['priority', '4BSD', 'ULE'].flatMap((scheduler) => {
  return DISPATCHES.map((dispatch) => ({ scheduler, dispatch }))
})

describe('CPUs that run ahead of each other make no difference', () => {
  it.each(WAYS)('under $scheduler: $dispatch', async ({ scheduler, dispatch }) => {
    const plan: Plan = {
      shape: { cpus: 4, threads: 'all' },
      cpus: 4,
      senders: 2,
      packets: 200,
      scheduler,
      policy: 'flow',
      dispatch,
      limit: 8,
      seed: 7,
      waits: true,
      device: true,
      changes: false,
    }
    expect(await run(plan, true)).toEqual(await run(plan))
  })
})
