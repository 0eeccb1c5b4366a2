import { type Counted, place, type Plan } from '../fixtures/load.mjs'
import { firstReport } from '../first-report.ts'
import { handoffCases } from './load.case.ts'

function run(plan: Plan): Promise<Counted> {
  return firstReport({
    cpus: plan.cpus,
    boot: new URL('../fixtures/load.mjs', import.meta.url),
    setup: ({ arena }) => place(arena, plan),
  })
}

handoffCases('Live', { cpus: 2, packets: 1000, seeds: [1] }, run)
