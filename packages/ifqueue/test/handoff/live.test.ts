import { startLive } from '@smpnet/machine/live'
import { type Counted, place, type Plan } from '../fixtures/load.mjs'
import { handoffCases } from './load.case.ts'

async function run(plan: Plan): Promise<Counted> {
  let said!: (counted: Counted) => void
  const done = new Promise<Counted>((resolve) => (said = resolve))
  const machine = await startLive({
    cpus: plan.cpus,
    boot: new URL('../fixtures/load.mjs', import.meta.url),
    setup: ({ arena }) => place(arena, plan),
    onReport: (_cpu, value) => said(value as Counted),
  })
  try {
    return await Promise.race([done, machine.stopped.then(() => Promise.reject('stopped'))])
  } finally {
    await machine.stop()
  }
}

handoffCases('Live', { cpus: 2, packets: 1000, seeds: [1] }, run)
