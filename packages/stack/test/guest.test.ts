import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { LOOPBACK } from '@smpnet/inet'
import { awaiting } from '@smpnet/park'
import { afterEach, describe, expect, it } from 'vitest'
import { ACTIONS_NAMES, defineStack, live, type Program } from '../src/index.ts'
import { attachGuest, type LiveStack, startStack } from '../src/live/index.ts'
import { relay } from './kernel.case.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { udpEcho as untypedUdpEcho } from './fixtures/udp-echo.mjs'

const udpEcho = untypedUdpEcho as Program<{ port: number }>
const PORT = 9000
const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url)

let stack: LiveStack<{ port: number }> | undefined

afterEach(async () => {
  await stack?.stop()
  stack = undefined
})

/** A kernel whose servers have their ports. */
async function start(cpus: number, guests: number, actions: (typeof ACTIONS_NAMES)[number]) {
  let ready = 0
  let allReady = (): void => {}
  const begun = new Promise<void>((resolve) => (allReady = resolve))
  const config = defineStack({ machine: live({ cpus, guests }), actions })
  stack = await startStack(config, udpEcho, {
    settings: { port: PORT },
    boot: fixture('udp-echo.mjs'),
    onReport: () => void (++ready === cpus && allReady()),
  })
  await Promise.race([begun, stack.machine.stopped])
  return stack
}

/** What a worker comes to that asks the server at a port so many times. */
async function asks(of: LiveStack<{ port: number }>, port: number, rounds: number) {
  const workerData = { invitation: of.invitation, port, rounds }
  const worker = new Worker(fixture('guest-worker.mjs'), { workerData })
  const [answer] = (await once(worker, 'message')) as [{ sum: number; mbufs: number }]
  await worker.terminate()
  return answer
}

describe('a thread outside the kernel', () => {
  it.each(ACTIONS_NAMES)('uses its sockets on a stack of its own, actions %s', async (actions) => {
    const kernel = await start(1, 1, actions)
    expect((await asks(kernel, PORT, 500)).sum).toBe((500 * 501) / 2)
  })

  it('does so beside others, and leaves nothing behind', async () => {
    const kernel = await start(2, 3, 'after-unlock')
    const sums = await Promise.all([0, 1, 0].map((cpu) => asks(kernel, PORT + cpu, 300)))
    expect(sums.map(({ sum }) => sum)).toEqual([45_150, 45_150, 45_150])
    const { net, detach } = attachGuest(kernel.invitation)
    expect(net.mbufs.statistics().mbufs).toBe(0)
    expect(net.sockets.inUse()).toBe(2)
    detach()
  })

  it('is refused when as many are attached as the configuration says', async () => {
    const { invitation } = await start(1, 1, 'after-unlock')
    const guest = attachGuest(invitation)
    expect(() => attachGuest(invitation)).toThrow(RangeError)
    guest.detach()
    attachGuest(invitation).detach()
  })

  const deaths = {
    'with every queue of waiters held': 'in queues',
    'and owed a wake to a thread of the kernel': 'owing',
  }
  it.each(Object.entries(deaths))(
    'that died %s holds nobody up once it is buried',
    async (_, dies) => {
      const kernel = await start(1, 2, 'after-unlock')
      const guest = kernel.invite()
      const workerData = { invitation: guest.handle, dies }
      const worker = new Worker(fixture('guest-worker.mjs'), { workerData })
      await once(worker, 'exit')
      const asked = asks(kernel, PORT, 300)
      await Promise.all([kernel.bury(guest), kernel.bury(guest)])
      expect((await asked).sum).toBe(45_150)
      expect(() => kernel.bury(0 as never)).toThrow("a guest's seat: 0 came")
    },
  )

  it('that was invited has a seat, and leaves it to another when it is buried', async () => {
    const kernel = await start(1, 1, 'after-unlock')
    for (let i = 0; i < 20; i++) {
      const guest = kernel.invite()
      expect(() => kernel.invite()).toThrow(RangeError)
      // One that never comes, one that leaves, and one that does not.
      if (i % 3 > 0) {
        const { net, td, detach } = attachGuest(guest.handle)
        net.sockets.createSync(td).bindSync(td, LOOPBACK, PORT + 7)
        if (i % 3 === 1) detach()
      }
      await kernel.bury(guest)
      await kernel.bury(guest)
      expect(() => attachGuest(guest.handle)).toThrow('nobody is expected')
    }
    const { net } = attachGuest(kernel.invitation)
    expect(net.sockets.inUse()).toBe(1)
  })

  const ends = {
    'is stopped': (kernel: LiveStack<{ port: number }>) => kernel.stop(),
    // A vector without a handler fails the machine.
    'has failed': (kernel: LiveStack<{ port: number }>) => kernel.machine.here.raise(0, 31),
  }
  it.each(Object.entries(ends))('waits no more when the kernel %s', async (_how, end) => {
    const kernel = await start(1, 2, 'after-unlock')
    const here = attachGuest(kernel.invitation)
    const socket = here.net.sockets.createSync(here.td)
    socket.bindSync(here.td, LOOPBACK, PORT + 8)
    const got = awaiting(here.td, socket.receive(here.td, new Uint8Array(4)))
    const workerData = { invitation: kernel.invitation, port: PORT + 9, waits: true }
    const worker = new Worker(fixture('guest-worker.mjs'), { workerData })
    await once(worker, 'message')
    const told = once(worker, 'message')
    const over = Promise.allSettled([got, kernel.machine.stopped])
    await end(kernel)
    expect(await told).toEqual(['KernelStopped'])
    expect(await over).toMatchObject([{ reason: { name: 'KernelStopped' } }, {}])
  })

  it('has nothing to attach to where the program has no network', async () => {
    const other = await startStack(defineStack({ machine: live({ cpus: 1 }) }), relay, {
      settings: { rounds: 1 },
      boot: fixture('relay.mjs'),
    })
    expect(() => other.invitation).toThrow('a guest uses the network: this kernel has none')
    await other.stop()
  })
})
