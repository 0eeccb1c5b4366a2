import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Lot } from '@smpnet/park'
import { address, bury, invite, LockAbandoned, Mutex, SyncDomain } from '../src/index.ts'

/** A worker that takes a mutex and never gives it up; it is terminated, and buried. */
async function holder(domain = SyncDomain.create(), mutex = Mutex.create(domain)) {
  const guest = invite(domain)
  const { handle, thread } = guest
  const file = new URL('./fixtures/dying.mjs', import.meta.url)
  const worker = new Worker(file, { workerData: { domain: handle, mutex: mutex.handle } })
  await once(worker, 'message')
  const end = async () => {
    await worker.terminate()
    return bury(domain, guest)
  }
  return { domain, mutex, guest, thread, end }
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
    expect(() => mutex.tryLock()).toThrow(LockAbandoned)
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
    const guest = invite(domain)
    const file = new URL('./fixtures/dying.mjs', import.meta.url)
    const worker = new Worker(file, {
      workerData: { domain: guest.handle, mutex: mutex.handle, sleeps: true },
    })
    await once(worker, 'message')
    const waiting = mutex.lock()
    await new Promise((resolve) => setTimeout(resolve, 30))
    await worker.terminate()
    bury(domain, guest)
    mutex.unlock()
    const guard = await waiting
    expect(mutex.owner()).toBe(guard.td.at)
    guard.unlock()
  })
})

describe('An invited thread', () => {
  it('that detached is buried without any harm', () => {
    const domain = SyncDomain.create({ threads: 2 })
    const guest = invite(domain)
    expect(guest.thread).toBe(1)
    expect(bury(domain, guest)).toBe(0)
    expect(invite(domain).thread).toBe(guest.thread)
    expect(() => invite(domain)).toThrow(RangeError)
  })

  it('is buried once: who does it again does not bury the next one of that number', async () => {
    const { domain, guest, end } = await holder()
    await end()
    const next = await holder(domain)
    expect(next.guest.thread).toBe(guest.thread)
    expect(bury(domain, guest)).toBe(0)
    expect(next.mutex.isAbandoned()).toBe(false)
    expect(next.mutex.tryLock()).toBeUndefined()
    expect(await next.end()).toBe(1)
  })

  it('that comes after it was given up does not get the place of another', () => {
    const domain = SyncDomain.create({ threads: 2 })
    const late = invite(domain)
    bury(domain, late)
    invite(domain)
    const { memory, lot } = domain
    expect(() => Lot.attach(memory, lot.handle, late)).toThrow('nobody is expected as thread 1')
  })
})

describe('A thread that has ended', () => {
  const dying = new URL('./fixtures/dying.mjs', import.meta.url)

  /** A worker that waits for a mutex, is terminated there and buried. */
  const dieWaiting = async (domain: SyncDomain, mutex: Mutex): Promise<void> => {
    const guest = invite(domain)
    const workerData = { domain: guest.handle, mutex: mutex.handle, sleeps: true }
    const worker = new Worker(dying, { workerData })
    await once(worker, 'message')
    await worker.terminate()
    expect(bury(domain, guest)).toBe(1)
  }

  it('leaves its number and its waiters to others, however many have come and gone', async () => {
    const domain = SyncDomain.create({ threads: 2, waiters: 3 })
    const mutex = Mutex.create(domain)
    mutex.lockSync()
    for (let i = 0; i < 4; i++) await dieWaiting(domain, mutex)
    const tasks = [domain.borrow(), domain.borrow()]
    for (const td of tasks) expect(domain.lot.isDead(td.at)).toBe(false)
    expect(() => domain.borrow()).toThrow(
      'has 3 already: make it for more, by `waiters` of SyncDomain.create',
    )
  })

  it('leaves no waiter that a lock names', async () => {
    const { domain, mutex, end } = await holder()
    const owner = mutex.owner()
    await end()
    const others = Array.from({ length: 1022 }, () => domain.borrow().at)
    expect(others).not.toContain(owner)
    expect(domain.lot.isDead(owner)).toBe(true)
    expect(() => domain.borrow()).toThrow('has 1024 already')
  })

  it('leaves no waiter that a lock at an address of its own names', async () => {
    const domain = SyncDomain.create({ buffer: new SharedArrayBuffer(1 << 19), at: 1 << 18 })
    const { mutex, end } = await holder(domain, Mutex.create(domain, { at: address(4096) }))
    const owner = mutex.owner()
    await end()
    expect(domain.lot.isDead(owner)).toBe(true)
    expect(domain.borrow().at).not.toBe(owner)
  })
})
