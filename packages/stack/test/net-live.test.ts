import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { defineStack, live, type Program } from '../src/index.ts'
import { startStack } from '../src/live/index.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { udpPing } from './fixtures/udp-ping.mjs'
import type { Account, RunNet } from './net/account.ts'
import { netCases } from './net.case.ts'

const ping = udpPing as Program<{ rounds: number; size: number }>

const run: RunNet = async (config, program, module, settings) => {
  let last: unknown
  let end!: () => void
  const ended = new Promise<void>((resolve) => (end = resolve))
  const stack = await startStack(config, program, {
    settings,
    boot: new URL(`./fixtures/${module}`, import.meta.url),
    onReport: (report) => {
      if (!(report as { isLast?: true }).isLast) return
      last = report
      end()
    },
  })
  try {
    await Promise.race([ended, stack.machine.stopped])
    return last as never
  } finally {
    await stack.stop()
  }
}

describe('on the live machine', () => {
  const extent = {
    cpus: [1, 2],
    every: thorough(13, 156),
    packets: thorough(200_000, 6_000),
    packetCpus: 1,
  }
  netCases((cpus) => live({ cpus }), extent, run)

  it.each([1, 2, 3])(
    'packets come to be handled on the CPU of the thread that receives them, seed %i',
    async (seed) => {
      const netisr = { dispatch: 'deferred', policy: 'flow', bind: true, buckets: 256 } as const
      const machine = live({ cpus: 2, seed })
      const config = defineStack({ machine, netisr: { ...netisr, steering: true } })
      const plan = { rounds: 200, size: 1 }
      const { statistics } = await run<typeof plan, Account>(config, ping, 'udp-ping.mjs', plan)
      const handled = statistics.netisr.workstreams.map(({ works }) => works[0]!.handled)
      // The server receives on CPU 1, the client on CPU 0; each flow may begin elsewhere.
      expect(handled[0]! + handled[1]!).toBe(400)
      for (const one of handled) expect(Math.abs(one - 200)).toBeLessThanOrEqual(2)
    },
  )
})
