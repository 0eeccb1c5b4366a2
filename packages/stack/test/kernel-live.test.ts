import { describe, expect, it } from 'vitest'
import { defineStack, live, priority } from '../src/index.ts'
import { startStack } from '../src/live/index.ts'
import { kernelCases, relay, type Report, ROUNDS, type Run } from './kernel.case.ts'

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url)
const boot = fixture('relay.mjs')

const run: Run = async (config, program, module) => {
  let last: Report | undefined
  let end!: () => void
  const ended = new Promise<void>((resolve) => (end = resolve))
  const stack = await startStack(config, program, {
    settings: { rounds: ROUNDS },
    boot: fixture(module),
    onReport: (report) => {
      if (!(report as Report).isLast) return
      last = report as Report
      end()
    },
  })
  try {
    await Promise.race([ended, stack.machine.stopped])
    return { last: last!, statistics: await stack.statistics() }
  } finally {
    await stack.stop()
  }
}

describe('on the live machine', () => {
  kernelCases(live({ cpus: 2 }), run)

  it('statistics that it does not keep are refused', async () => {
    const config = defineStack({ machine: live({ cpus: 1 }) })
    const stack = await startStack(config, relay, { settings: { rounds: 1 }, boot })
    try {
      const sentence = 'statistics: expected true to be asked for them, came false'
      await expect(stack.statistics()).rejects.toThrow(sentence)
    } finally {
      await stack.stop()
    }
  })

  it('the CPUs answer again and again, and do not count the thread that answers', async () => {
    const config = defineStack({ machine: live({ cpus: 2 }), statistics: true })
    const stack = await startStack(config, relay, { settings: { rounds: 10 }, boot })
    try {
      for (let time = 0; time < 3; time++) {
        const { cpus } = await stack.statistics()
        expect(cpus.map(({ cpu }) => cpu)).toEqual([0, 1])
        const names = cpus.flatMap(({ threads }) => threads.map(({ name }) => name))
        expect(names).not.toContain('statistics')
      }
    } finally {
      await stack.stop()
    }
  })

  it('asks by an event loop, on which a CPU that has died in a queue is buried', async () => {
    const config = defineStack({ machine: live({ cpus: 1 }), statistics: true })
    const stack = await startStack(config, relay, { settings: { rounds: 10 }, boot })
    try {
      const { lot } = stack.machine.here
      const queue = lot.lockQueueNow(stack.args.system.inquiry!)
      setTimeout(() => lot.unlockQueue(queue), 20)
      expect((await stack.statistics()).cpus).toHaveLength(1)
    } finally {
      await stack.stop()
    }
  })

  it('a timecounter that the program does not know is refused', async () => {
    const scheduler = priority({ accounting: 'time', timecounter: 'sundial' })
    const config = defineStack({ machine: live({ cpus: 1 }), scheduler })
    const started = startStack(config, relay, { settings: { rounds: 1 }, boot })
    await expect(started).rejects.toThrow('a machine has no timecounter "sundial"')
  })
})
