import { startLive } from '@smpnet/machine/live'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { SocketZone } from '../src/index.ts'

const boot = new URL('./fixtures/messages.mjs', import.meta.url)

/** Sends `count` messages from the first CPU to the last; resolves to what was reported. */
async function exchange(cpus: number, count: number, seed: number): Promise<unknown[]> {
  const reports: unknown[] = []
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const machine = await startLive({
    cpus,
    boot,
    setup: ({ arena, lot }) => {
      const zone = new SocketZone(lot, SocketZone.place(arena, { bufferBytes: 1 << 14 }))
      const [a, b] = zone.pairSync(lot.waiter())
      return { zone: zone.handle, a: a.handle, b: b.handle, count, seed }
    },
    onReport: (_, value) => {
      if (reports.push(value) === 2) finish()
    },
  })
  await Promise.race([finished, machine.stopped])
  await machine.stop()
  return reports
}

describe('messages of random sizes, checked by content', () => {
  it.each([
    [1, thorough(1_000_000, 50_000)],
    [2, thorough(10_000_000, 200_000)],
  ])('arrive whole and in order: on %i CPUs %i', async (cpus, count) => {
    const reports = await exchange(cpus, count, 0x5eed + cpus)
    expect(reports.sort()).toEqual(['receiver done', 'sender done'])
  })
})
