import { startLive } from '@smpnet/machine/live'
import { simulate } from '@smpnet/machine/sim'
import { allowBothMemories, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Receiver, type ReceiverOptions } from '../src/index.ts'
import boot, { place, type Plan, type Received } from './fixtures/receive.mjs'
import { receivingCases } from './receiving.case.ts'

// Nothing is measured here.
allowBothMemories()

// oxlint-disable-next-line require-await
async function runSim(plan: Plan): Promise<Received> {
  const { ending, reports } = simulate({
    profile: 'xeon-e5-2650',
    cpus: plan.cpus,
    seed: 1,
    memoryBytes: 4 << 20,
    untilNs: 1e9,
    setup: ({ arena }) => place(arena, plan),
    boot,
  })
  if (reports.length === 1) return reports[0]!.value as Received
  throw new Error(`receiving ends with one report: ${reports.length} came, ${ending}`)
}

async function runLive(plan: Plan): Promise<Received> {
  let said!: (received: Received) => void
  const done = new Promise<Received>((resolve) => (said = resolve))
  const machine = await startLive({
    cpus: plan.cpus,
    memoryBytes: 4 << 20,
    boot: new URL('./fixtures/receive.mjs', import.meta.url),
    setup: ({ arena }) => place(arena, plan),
    onReport: (_cpu, value) => said(value as Received),
  })
  try {
    const ended = machine.stopped.then(() => Promise.reject(new Error('the machine has stopped')))
    return await Promise.race([done, ended])
  } finally {
    await machine.stop()
  }
}

receivingCases('Simulated', 4, runSim)
receivingCases('Live', 2, runLive)

describe('A flood', () => {
  const FLOOD = {
    cpus: 2,
    queues: 1,
    packets: 6000,
    ring: 128,
    limit: 64,
    intervalUs: 0,
    burst: 6000,
    gapNs: 200,
    pauseNs: 1000,
    workNs: 2000,
  }

  const flooded = async (own: Pick<Plan, 'budget' | 'isUrgent'>) => {
    const received = await runSim({ ...FLOOD, ...own })
    return { ...received, busy: (received.handled * FLOOD.workNs) / received.ns }
  }

  it('is dropped by the device for nothing, and the CPU goes on handling', async () => {
    const { handled, refused, missed, busy } = await flooded({ budget: 16 })
    expect(missed).toBeGreaterThan(0.5 * FLOOD.packets)
    // What is taken in is handled, but one at the end of some polls.
    expect(refused).toBeLessThan(handled / 4)
    expect(busy).toBeGreaterThan(0.7)
  })

  it('keeps a CPU from handling anything whose receiver is more urgent than netisr', async () => {
    const { handled } = await flooded({ budget: 65_536, isUrgent: true })
    expect(handled).toBeLessThan(0.05 * FLOOD.packets)
  })
})

describe('Options that cannot be are refused with a sentence', () => {
  const netisr = { memory: LiveMemory.create(64), handle: { protocols: 2 } } as never
  const queue = { take: () => 0, isEmpty: () => true, refused() {} }

  it.each<[Partial<ReceiverOptions>, string]>([
    [{ protocol: 2 }, 'protocol: expected a whole number from 0 to 1, came 2'],
    [{ budget: 0 }, 'budget: expected a whole number from 1 to 65536, came 0'],
    [{ intervalUs: -1 }, 'intervalUs: expected a whole number from 0 to 1000000, came -1'],
    [{ interval: 5 } as never, 'a receiver: expected protocol, source, budget, intervalUs, came'],
  ])('%j', (options, sentence) => {
    expect(() => new Receiver(netisr, 0, queue, { protocol: 1, ...options })).toThrow(sentence)
  })

  it('and what is no queue, too', () => {
    const none = { take: queue.take } as never
    expect(() => new Receiver(netisr, 0, none, { protocol: 1 })).toThrow('without isEmpty')
  })
})
