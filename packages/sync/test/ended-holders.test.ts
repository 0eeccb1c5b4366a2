import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { LockHandle } from '../src/index.ts'
import { LockTimeout, Semaphore, SyncDomain } from '../src/index.ts'

const FIXTURE = new URL('./fixtures/ending.mjs', import.meta.url)

/** A worker that does something to a lock and stays; `end` terminates and buries it. */
function begin(domain: SyncDomain, handle: LockHandle, does: string) {
  const guest = domain.invite()
  const worker = new Worker(FIXTURE, { workerData: { domain: guest.handle, handle, does } })
  const end = async () => {
    await worker.terminate()
    return domain.bury(guest)
  }
  return { guest, done: once(worker, 'message'), end }
}

describe('A semaphore of which a thread has ended', () => {
  const three = () => {
    const domain = SyncDomain.create()
    return { domain, one: Semaphore.create(domain, { permits: 3 }) }
  }

  /** Until somebody is in the queue of a semaphore. */
  const queued = async ({ lot }: SyncDomain, { at }: Semaphore) => {
    while (lot.first(lot.queueOf(at), at) === 0) await new Promise((next) => setImmediate(next))
  }

  it('misses the permits that it held: who waits for them gives up in time', async () => {
    const { domain, one } = three()
    const { done, end } = begin(domain, one.handle, 'acquires')
    await done
    expect(await end()).toBe(1)
    expect(one.available()).toBe(1)
    expect(() => one.acquireSync(2, { timeoutMs: 1 })).toThrow(LockTimeout)
    await expect(one.acquireAsync(2, { timeoutMs: 1 })).rejects.toThrow(LockTimeout)
    one.acquireSync(1, { timeoutMs: 1 })
    one.releaseSync(1)
    expect(one.available()).toBe(1)
  })

  it('has them again when somebody who knows how many they were gives them back', async () => {
    const { domain, one } = three()
    const { done, end } = begin(domain, one.handle, 'acquires')
    await done
    const waiting = one.acquireAsync(3)
    await end()
    one.releaseSync(2)
    await waiting
    expect(one.available()).toBe(0)
  })

  it('gives nothing to one that ended in the queue', async () => {
    const { domain, one } = three()
    one.acquireSync(3)
    const { end } = begin(domain, one.handle, 'acquires')
    await queued(domain, one)
    await end()
    one.releaseSync(3)
    expect(one.available()).toBe(3)
  })

  it('serves those behind it with what is there, when it is buried', async () => {
    const { domain, one } = three()
    one.acquireSync(2)
    const { end } = begin(domain, one.handle, 'acquires')
    await queued(domain, one)
    const behind = one.acquireAsync(1)
    await end()
    await behind
    expect(one.available()).toBe(0)
  })
})
