import { startLive } from '@smpnet/machine/live'
import { VECTOR } from '@smpnet/machine'
import { type Counted, place, type Plan } from './fixtures/load.mjs'
import { changingPlan, loadCases } from './load.case.ts'
import { PACKET } from './fixtures/load.mjs'
import { thorough } from '@smpnet/testing/models'
import { expect, it } from 'vitest'

async function run(plan: Plan): Promise<Counted> {
  let said!: (counted: Counted) => void
  const reports: Counted[] = []
  const done = new Promise<Counted>((resolve) => (said = resolve))
  const machine = await startLive({
    cpus: plan.cpus,
    memoryBytes: (1 << 24) + plan.cpus * plan.senders * plan.packets * PACKET.size,
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

const MACHINE = { cpus: 2, senders: 2, packets: 1000, seeds: [1], every: thorough(1, 3) }

loadCases('Live', MACHINE, run)

it('Ten million packets keep their order while all is changed that may be', async () => {
  const [runs, packets] = thorough([10, 250_000], [1, 5000])
  for (let seed = 1; seed <= runs; seed++) {
    // Handlers that wait take most of the time, and say nothing about the order here.
    const counted = await run(changingPlan(MACHINE, { packets, seed, waits: false }))
    expect(counted.handled + counted.dropped).toBe(counted.all)
  }
})
