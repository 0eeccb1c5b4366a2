import { describe, expect, it } from 'vitest'
import type { Plan, Received } from './fixtures/receive.mjs'

export type RunReceive = (plan: Plan) => Promise<Received>

const PLAN: Omit<Plan, 'cpus' | 'queues'> = {
  packets: 600,
  ring: 64,
  limit: 32,
  budget: 8,
  intervalUs: 0,
  burst: 10,
  gapNs: 500,
  pauseNs: 20_000,
  workNs: 300,
}

/** What receivers promise on both machines, where each CPU has a queue with an interrupt. */
export function receivingCases(machine: string, cpus: number, run: RunReceive): void {
  const all = cpus * PLAN.packets
  const runs = (own: Partial<Plan> = {}) => run({ cpus, queues: cpus, ...PLAN, ...own })

  describe(`${machine}, packets of a queue for each CPU`, () => {
    it.each([
      ['come in bursts', {}],
      ['come one at a time', { burst: 1 }],
      ['come without end', { burst: PLAN.packets }],
      ['come with a budget of one', { budget: 1 }],
      ['come where hardly any has room', { ring: 2, limit: 1 }],
      ['come with interrupts that are moderated', { intervalUs: 200 }],
    ])('are handled in order, or dropped and counted, where they %s', async (_name, own) => {
      const { handled, refused, missed, interrupts } = await runs(own)
      expect(handled + refused + missed).toBe(all)
      expect(handled).toBeGreaterThan(0)
      expect(interrupts).toBeGreaterThan(0)
      expect(interrupts).toBeLessThanOrEqual(all)
    })

    it('interrupt seldom when that is moderated, and none of them is lost', async () => {
      const own = { burst: 1, ring: 4096, limit: 4096 }
      const each = await runs(own)
      const moderated = await runs({ ...own, intervalUs: 500 })
      expect(moderated.handled).toBe(all)
      expect(moderated.interrupts).toBeLessThan(each.interrupts / 2)
      expect(moderated.interrupts).toBeLessThanOrEqual(cpus * (moderated.ns / 500e3 + 1))
    })
  })
}
