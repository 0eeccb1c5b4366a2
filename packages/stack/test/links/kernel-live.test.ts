import { describe, expect, it } from 'vitest'
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
import { HAS_TSHARK, NO_TSHARK } from './support/tshark.ts'

async function run(plan: LinkPlan, cpus: number) {
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
  reader.collect()
  return { account: await ended, reader }
}

describe('on the live machine, with captures that Wireshark reads', () => {
  it.for([
    ['a wire', '10.0.0.2', 1],
    ['a wire', '10.0.0.2', 2],
    ['a loopback beside it', '127.0.0.1', 2],
  ] as const)('%s carries datagrams and errors: %s, on %i CPUs', async (of, context) => {
    const [, to, cpus] = of
    const plan = { to, trips: 200, bytes: 100 }
    const { account, reader } = await run(plan, cpus)
    expectWhole(account, plan)
    expect(reader.counts().reduce((sum, { dropped }) => sum + dropped, 0)).toBe(0)
    if (!HAS_TSHARK) context.skip(NO_TSHARK)
    expectDissected(reader, account, plan)
  })
})
