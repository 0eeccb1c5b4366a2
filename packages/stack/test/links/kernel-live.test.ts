import { describe, it } from 'vitest'
import { defineStack, live } from '../../src/index.ts'
import { startStack } from '../../src/live/index.ts'
import {
  CAPTURED,
  expectDissected,
  expectWhole,
  type LinkAccount,
  type LinkPlan,
  program,
} from './kernel.case.ts'
import { HAS_TSHARK } from './support/tshark.ts'

async function run(plan: LinkPlan, cpus: number): Promise<void> {
  let end!: (account: LinkAccount) => void
  const ended = new Promise<LinkAccount>((resolve) => (end = resolve))
  const stack = await startStack(defineStack({ machine: live({ cpus }), ...CAPTURED }), program, {
    settings: plan,
    boot: new URL('../fixtures/udp-links.mjs', import.meta.url),
    onReport: (report) => end(report as LinkAccount),
  })
  const reader = stack.captureReader()!
  try {
    await Promise.race([ended, stack.machine.stopped])
  } finally {
    await stack.stop()
  }
  const account = await ended
  reader.collect()
  expectWhole(account, plan)
  if (HAS_TSHARK) expectDissected(reader, account, plan)
}

describe('on the live machine, with captures that Wireshark reads', () => {
  it.each([1, 2])('a wire carries datagrams and errors, on %i CPUs', async (cpus) => {
    await run({ to: '10.0.0.2', trips: 200, bytes: 100 }, cpus)
  })

  it('a loopback does so beside it', async () => {
    await run({ to: '127.0.0.1', trips: 200, bytes: 100 }, 2)
  })
})
