import { startLive } from '@smpnet/machine/live'
import { type Counted, place, type Plan } from '../fixtures/receive.mjs'
import { receivingCases } from './receiving.case.ts'

async function receive(plan: Plan): Promise<Counted> {
  let said!: (counted: Counted) => void
  const done = new Promise<Counted>((resolve) => (said = resolve))
  const machine = await startLive({
    cpus: 2,
    boot: new URL('../fixtures/receive.mjs', import.meta.url),
    setup: ({ arena }) => place(arena, plan),
    onReport: (_cpu, value) => said(value as Counted),
  })
  try {
    return await Promise.race([done, machine.stopped.then(() => Promise.reject('stopped'))])
  } finally {
    await machine.stop()
  }
}

receivingCases('Live', 2000, receive)
