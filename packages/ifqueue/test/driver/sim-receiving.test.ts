import { simulate } from '@smpnet/machine/sim'
import boot, { type Counted, place, type Plan } from '../fixtures/receive.mjs'
import { receivingCases } from './receiving.case.ts'

function receive(plan: Plan): Promise<Counted> {
  const { ending, reports } = simulate({
    profile: 'xeon-e5-2650',
    cpus: 1,
    seed: 1,
    memoryBytes: 1 << 20,
    untilNs: 1e8,
    workNs: { 'nic-doorbell': 100, 'nic-status': 80 },
    setup: ({ arena }) => place(arena, plan),
    boot,
  })
  if (reports.length === 1) return Promise.resolve(reports[0]!.value as Counted)
  throw new Error(`frames end with one report: ${reports.length} came, ${ending}`)
}

receivingCases('Simulated', 400, receive)
