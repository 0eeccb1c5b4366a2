import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { block } from '@smpnet/park'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { enterWorld, placeWorld } from '../fixtures/datagram-world.mjs'
import { SCHEMES } from './make-sockets.ts'

const file = new URL('../fixtures/datagrams.mjs', import.meta.url)
const DATAGRAMS = thorough(100_000, 15_000)

interface Got {
  readonly count: number
  readonly sum: number
  readonly ended: string
}

async function messageOf(worker: Worker): Promise<Got> {
  return ((await once(worker, 'message')) as [Got])[0]
}

describe.each(SCHEMES)('Worker threads, with %s locks,', (locking) => {
  it.each([1, 2])(
    'receive each datagram once and whole, %i at one socket, until it is closed',
    async (receivers) => {
      const world = placeWorld({ locking, threads: receivers + 2 })
      const { sockets, td } = enterWorld(world)
      const there = block(td, sockets.create(td))
      there.bindSync(td, 0, 1)
      const workers = Array.from({ length: receivers }, () => {
        return new Worker(file, { workerData: { world, socket: there.handle }, execArgv: [] })
      })
      await Promise.all(workers.map((worker) => once(worker, 'message')))
      const results = Promise.all(workers.map(messageOf))
      const here = block(td, sockets.create(td))
      here.bindSync(td, 0, 2)
      here.connectSync(td, 0, 1)
      const bytes = new Uint8Array(2000)
      const view = new DataView(bytes.buffer)
      for (let number = 0; number < DATAGRAMS; number++) {
        const length = 4 + (number % 1500)
        bytes[length - 1] = number & 255
        view.setUint32(0, number)
        if (length > 4) bytes[length - 1] = number & 255
        expect(here.sendSync(td, bytes, 0, length)).toBe(length)
        while (sockets.partsOf(there.at).buffer.queue.space() < 4000) await waitForRoom()
      }
      while (sockets.partsOf(there.at).buffer.queue.records() > 0) await waitForRoom()
      there.closeSync(td)
      const all = await results
      expect(all.map(({ ended }) => ended)).toEqual(all.map(() => 'EBADF'))
      const drops = DATAGRAMS - all.reduce((sum, { count }) => sum + count, 0)
      expect(drops).toBe(0)
      const sum = all.reduce((whole, one) => whole + one.sum, 0)
      expect(sum).toBe((DATAGRAMS * (DATAGRAMS - 1)) / 2)
      here.closeSync(td)
      expect([sockets.mbufs.statistics().mbufs, sockets.inUse()]).toEqual([0, 0])
    },
  )
})

/** Datagrams have no flow control: the sender looks how the receivers get on. */
function waitForRoom(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}
