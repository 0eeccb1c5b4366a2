import { simulate } from '@smpnet/machine/sim'
import { allowBothMemories } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { DISPATCHES } from '../src/index.ts'
import { bootOf, type Counted, place, type Plan } from './fixtures/load.mjs'
import { loadCases } from './load.case.ts'

// Nothing is measured here.
allowBothMemories()

function run(plan: Plan, settlesAlways = false): Promise<Counted> {
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
  if (reports.length === 1) return Promise.resolve(reports[0]!.value as Counted)
  throw new Error(`a load ends with one report: ${reports.length} came, ${ending}`)
}

loadCases('Simulated', { cpus: 4, senders: 2, packets: 200, seeds: [1, 2, 3] }, run)

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
    }
    expect(await run(plan, true)).toEqual(await run(plan))
  })
})
