import { type Counted, place, type Plan } from '../fixtures/receive.mjs'
import { firstReport } from '../first-report.ts'
import { receivingCases } from './receiving.case.ts'

function receive(plan: Plan): Promise<Counted> {
  return firstReport({
    cpus: 2,
    boot: new URL('../fixtures/receive.mjs', import.meta.url),
    setup: ({ arena }) => place(arena, plan),
  })
}

receivingCases('Live', 2000, receive)
