import { simulate } from '@smpnet/machine/sim'
import { allowBothMemories } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { handoffTable } from '../../src/interface.ts'
import boot, { type Counted, place, type Plan } from '../fixtures/load.mjs'
import { handoffCases } from './load.case.ts'

// Nothing is measured here.
allowBothMemories()

function run(plan: Plan, settlesAlways = false): Promise<Counted> {
  const { ending, reports } = simulate({
    profile: 'xeon-e5-2650',
    cpus: plan.cpus,
    seed: plan.seed,
    memoryBytes: 4 << 20,
    untilNs: 5e9,
    settlesAlways,
    workNs: { 'nic-doorbell': 100, 'nic-status': 80 },
    setup: ({ arena }) => place(arena, plan),
    boot,
  })
  if (reports.length === 1) return Promise.resolve(reports[0]!.value as Counted)
  throw new Error(`a load ends with one report: ${reports.length} came, ${ending}`)
}

handoffCases('Simulated', { cpus: 4, packets: 100, seeds: [1, 2, 3] }, run)

// A lock is tried by another way than it is waited for by, which has another price; and which of
// the two a CPU takes depends on whether it has run ahead.
const withoutLocks = handoffTable.filter(({ name }) => name.endsWith('abdicate'))

describe('CPUs that run ahead of each other make no difference', () => {
  it.each(withoutLocks)('to $name', async ({ name }) => {
    const few = { cpus: 3, packets: 60, limit: 16, bulk: 4, slots: 4, rate: 1e9, seed: 7 }
    const plan: Plan = { ...few, handoff: name, kicks: false }
    expect(await run(plan, true)).toEqual(await run(plan))
  })
})
