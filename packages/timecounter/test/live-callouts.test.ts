import { startLive } from '@smpnet/machine/live'
import { expect, it } from 'vitest'
import { CALLOUT_BYTES } from '../src/callouts/callout.ts'
import { Callouts } from '../src/callouts/callouts.ts'

it('go round live CPUs, each set in an interrupt of another, and none is early', async () => {
  const reports: unknown[] = []
  let finish!: () => void
  const done = new Promise<void>((resolve) => (finish = resolve))
  const machine = await startLive({
    cpus: 3,
    memoryBytes: 1 << 20,
    boot: new URL('./fixtures/callouts-boot.mjs', import.meta.url),
    setup: ({ arena }) => {
      const handle = Callouts.place(arena, 3)
      const first = arena.place('callout', CALLOUT_BYTES)
      new Callouts(arena.memory, handle, []).init(first, 0)
      return { handle, first, rounds: 300, due: arena.place('due', 4) }
    },
    onReport: (_cpu, value) => {
      reports.push(value)
      if (value === 'done') finish()
    },
  })
  await Promise.race([done, machine.stopped])
  await machine.stop()
  expect(reports).toEqual(['done'])
})
