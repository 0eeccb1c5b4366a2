import { thorough } from '@smpnet/testing/models'
import { describe } from 'vitest'
import { live } from '../src/index.ts'
import { startStack } from '../src/live/index.ts'
import type { RunNet } from './net/account.ts'
import { netCases } from './net.case.ts'

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
    every: thorough(13, 78),
    packets: thorough(200_000, 12_000),
    packetCpus: 1,
  }
  netCases((cpus) => live({ cpus }), extent, run)
})
