import { startLive } from '@smpnet/machine/live'
import { expect, it } from 'vitest'
import { Poller, SocketZone } from '../src/index.ts'

const boot = new URL('./fixtures/polled.mjs', import.meta.url)

it.each([1, 2, 3])('a poller serves 12 clients to the last byte, on %i CPUs', async (cpus) => {
  const bytes = 200_000
  let finish!: (value: unknown) => void
  const finished = new Promise((resolve) => (finish = resolve))
  const machine = await startLive({
    cpus,
    boot,
    setup: ({ arena, lot }) => {
      const zone = new SocketZone(lot, SocketZone.place(arena, { pairs: 12, bufferBytes: 4096 }))
      const td = lot.waiter()
      const ends = Array.from({ length: 12 }, () => {
        const [a, b] = zone.pairSync(td)
        return { a: a.handle, b: b.handle }
      })
      return { zone: zone.handle, ends, bytes, poller: Poller.create(arena).at }
    },
    onReport: (_, value) => finish(value),
  })
  const received = await Promise.race([finished, machine.stopped])
  await machine.stop()
  expect(received).toEqual(Array(12).fill(bytes))
})
