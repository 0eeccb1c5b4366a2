import { describe, expect, it } from 'vitest'
import { type HandoffEntry, handoffTable } from '../../src/interface.ts'
import type { Counted, Plan } from '../fixtures/load.mjs'

/** Runs a load on a machine, and says what was counted in the end. */
export type RunLoad = (plan: Plan) => Promise<Counted>

/** What differs between the machines that run the suite. */
export interface Machine {
  readonly cpus: number
  readonly packets: number
  readonly seeds: readonly number[]
}

function planOf(entry: HandoffEntry, { cpus, packets }: Machine, plan: Partial<Plan>): Plan {
  const kicks = entry.notPromised['no packet is stranded'] !== undefined
  const usual = { limit: 64, bulk: 4, slots: 4, rate: 1e9, seed: 1, kicks }
  return { handoff: entry.name, cpus, packets, ...usual, ...plan }
}

/** Nothing was lost but what was counted as dropped. */
function expectWhole({ all, out, dropped, queued, counts }: Counted): void {
  expect(out + dropped).toBe(all)
  expect(queued).toBe(0)
  expect(counts).toMatchObject({ posted: out, dropped })
  expect(counts.starts).toBeGreaterThanOrEqual(counts.idleStarts)
}

/**
 * What every hand-off promises of a load on a card of four descriptors. The load itself finds out
 * a packet that goes out twice, or out of its flow's order; one that is stranded makes it last for
 * ever.
 */
export function handoffCases(name: string, machine: Machine, run: RunLoad): void {
  describe.each(handoffTable)(`${name}, $name`, (entry) => {
    it('sends each packet once, in the order of its flow, and strands none', async () => {
      for (const seed of machine.seeds) {
        expectWhole(await run(planOf(entry, machine, { seed })))
      }
    })

    it('takes no more than its limit, and counts what it refuses', async () => {
      const counted = await run(planOf(entry, machine, { limit: 2, rate: 1e8 }))
      expectWhole(counted)
      expect(counted.dropped).toBeGreaterThan(0)
    })

    it('sends in order what is more than one bulk', async () => {
      expectWhole(await run(planOf(entry, machine, { bulk: 32, slots: 16 })))
    })
  })
}
