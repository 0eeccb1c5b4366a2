import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { LockAbandoned, Mutex, SyncDomain } from '../src/index.ts'

/** A worker that takes a mutex and never gives it up; it is terminated, and buried. */
async function holder() {
  const domain = SyncDomain.create()
  const mutex = Mutex.create(domain)
  const { handle, thread } = domain.invite()
  const file = new URL('./fixtures/dying.mjs', import.meta.url)
  const worker = new Worker(file, { workerData: { domain: handle, mutex: mutex.handle } })
  await once(worker, 'message')
  const end = async () => {
    await worker.terminate()
    return domain.bury(thread)
  }
  return { domain, mutex, thread, end }
}

describe('A mutex whose holder is terminated', () => {
  it('tells those who wait which lock it was and who held it', async () => {
    const { mutex, thread, end } = await holder()
    const owner = mutex.owner()
    const waiting = [mutex.lock(), mutex.lock()].map((lock) =>
      lock.catch((error: unknown) => error),
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await end()).toBe(1)
    for (const error of await Promise.all(waiting)) {
      expect(error).toBeInstanceOf(LockAbandoned)
      expect(error).toMatchObject({ lock: mutex.at, waiter: owner })
      expect((error as Error).message).toContain(
        `waiter ${owner} of thread ${thread}, which has ended`,
      )
    }
  })

  it('tells those who come later, blocking or awaiting, until it is recovered', async () => {
    const { mutex, domain, end } = await holder()
    await end()
    expect(() => mutex.lockSync()).toThrow(LockAbandoned)
    await expect(mutex.lock({ timeoutMs: 100 })).rejects.toThrow(LockAbandoned)
    expect(mutex.tryLock()).toBeUndefined()
    const guard = mutex.lockSync({ recover: true })
    expect(mutex.isAbandoned()).toBe(true)
    mutex.recover(domain.here)
    guard.unlock()
    mutex.lockSync().unlock()
    ;(await mutex.lock()).unlock()
  })

  it('stays abandoned when who would recover it does not', async () => {
    const { mutex, end } = await holder()
    await end()
    ;(await mutex.lock({ recover: true })).unlock()
    expect(() => mutex.lockSync()).toThrow(LockAbandoned)
  })

  it('passes from a dead waiter to one that lives', async () => {
    const { domain, mutex, end } = await holder()
    await end()
    mutex.lockSync({ recover: true })
    mutex.recover(domain.here)
    const { handle, thread } = domain.invite()
    const file = new URL('./fixtures/dying.mjs', import.meta.url)
    const worker = new Worker(file, {
      workerData: { domain: handle, mutex: mutex.handle, sleeps: true },
    })
    await once(worker, 'message')
    const waiting = mutex.lock()
    await new Promise((resolve) => setTimeout(resolve, 30))
    await worker.terminate()
    domain.bury(thread)
    mutex.unlock()
    const guard = await waiting
    expect(mutex.owner()).toBe(guard.td.at)
    guard.unlock()
  })
})

describe('An invited thread', () => {
  it('that detached is buried without any harm', async () => {
    const domain = SyncDomain.create({ threads: 2 })
    const { handle, thread } = domain.invite()
    const guest = SyncDomain.open({ ...structuredClone(handle), at: handle.at })
    expect([thread, guest]).toEqual([1, domain])
    expect(domain.bury(thread)).toBe(0)
    expect(domain.invite().thread).toBe(thread)
    expect(() => domain.invite()).toThrow(RangeError)
  })
})
