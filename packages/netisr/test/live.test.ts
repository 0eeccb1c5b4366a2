import { startLive } from '@smpnet/machine/live'
import { VECTOR } from '@smpnet/machine'
import { type Counted, place, type Plan } from './fixtures/load.mjs'
import { loadCases } from './load.case.ts'

async function run(plan: Plan): Promise<Counted> {
  let said!: (counted: Counted) => void
  const reports: Counted[] = []
  const done = new Promise<Counted>((resolve) => (said = resolve))
  const machine = await startLive({
    cpus: plan.cpus,
    boot: new URL('./fixtures/load.mjs', import.meta.url),
    setup: ({ arena }) => place(arena, plan),
    onReport: (_cpu, value) => {
      reports.push(value as Counted)
      said(value as Counted)
    },
  })
  while (plan.device && reports.length === 0) {
    // A live machine has no device: this thread is it.
    for (let burst = 0; burst < 50; burst++) machine.here.raise(plan.cpus - 1, VECTOR.device)
    await Promise.race([done, machine.stopped, new Promise((over) => setTimeout(over, 0))])
  }
  await Promise.race([done, machine.stopped])
  await machine.stop()
  return reports[0]!
}

loadCases('Live', { cpus: 2, senders: 2, packets: 1000, seeds: [1] }, run)
