import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  LockAbandoned,
  LockTimeout,
  Mutex,
  RmLock,
  RwLock,
  SpinMutex,
  Sx,
  SyncDomain,
} from '../src/index.ts'

const FIXTURE = new URL('./fixtures/dying-inside.mjs', import.meta.url)

/** Kinds whose holders are named, with what enters them. */
const named: { name: string; make: (domain: SyncDomain) => Mutex | RwLock | Sx }[] = [
  { name: 'mutex', make: (domain: SyncDomain) => Mutex.create(domain) },
  { name: 'rwlock', make: (domain: SyncDomain) => RwLock.create(domain) },
  { name: 'sx', make: (domain: SyncDomain) => Sx.create(domain) },
]

function sidesOf(lock: Mutex | RwLock | Sx | SpinMutex) {
  if (lock instanceof RwLock) return lock
  return lock instanceof Sx
    ? { read: lock.shared, write: lock.exclusive }
    : { read: lock, write: lock }
}

/** A worker that enters a lock and never leaves; `end` terminates and buries it. */
async function holder<L extends Mutex | RwLock | Sx | SpinMutex>(
  name: string,
  make: (domain: SyncDomain) => L,
  side = 'write',
) {
  const domain = SyncDomain.create()
  const lock = make(domain)
  const guest = domain.invite()
  const worker = new Worker(FIXTURE, {
    workerData: { name, domain: guest.handle, handle: lock.handle, side },
  })
  await once(worker, 'message')
  const end = async () => {
    await worker.terminate()
    domain.bury(guest)
  }
  return { ...sidesOf(lock), domain, lock, end }
}

describe.each(named)('A $name whose holder is terminated', ({ name, make }) => {
  it('tells those who sleep for it, on either side, which lock and which waiter', async () => {
    const { lock, read, write, end } = await holder(name, make)
    const waiting = [read.lock(), write.lock(), read.lock()].map((one) =>
      one.catch((error: unknown) => error),
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
    await end()
    const errors = (await Promise.all(waiting)) as LockAbandoned[]
    expect(errors.map(({ name }) => name)).toEqual(Array(3).fill('LockAbandoned'))
    expect(new Set(errors.map((error) => error.lock))).toEqual(new Set([lock.at]))
    expect(new Set(errors.map((error) => error.waiter)).size).toBe(1)
    expect(errors[0]!.message).toMatch(/waiter \d+ of thread \d+, which has ended/)
  })

  it('tells those who come later, until one who was ready to mend it has', async () => {
    const { domain, lock, read, write, end } = await holder(name, make)
    await end()
    expect(() => write.lockSync()).toThrow(LockAbandoned)
    await expect(read.lock({ timeoutMs: 100 })).rejects.toThrow(LockAbandoned)
    expect(() => read.lockSync()).toThrow(LockAbandoned)
    expect(write.tryLock()).toBeUndefined()
    expect(read.tryLock()).toBeUndefined()
    read.lockSync({ recover: true }).unlock()
    const guard = write.lockSync({ recover: true })
    expect(lock.isAbandoned()).toBe(true)
    lock.recover(domain.here)
    guard.unlock()
    expect(lock.isAbandoned()).toBe(false)
    read.lockSync().unlock()
    ;(await write.lock()).unlock()
  })
})

describe('What only counts its holders, or has no sleepers, cannot tell that one ended', () => {
  it.each([
    ['rwlock', 'read', RwLock],
    ['sx', 'read', Sx],
    ['spin mutex', 'write', SpinMutex],
  ] as const)('%s, %s: it stays taken, and waits end in time', async (name, side, Lock) => {
    const { write, end } = await holder(name, (domain) => Lock.create(domain), side)
    await end()
    expect(() => write.lockSync({ timeoutMs: 2 })).toThrow(LockTimeout)
    await expect(write.lock({ timeoutMs: 2 })).rejects.toThrow(LockTimeout)
  })
})

describe('A rmlock whose writer is terminated', () => {
  it('refuses everybody, and says why', async () => {
    const domain = SyncDomain.create()
    const lock = RmLock.create(domain)
    const guest = domain.invite()
    const workerData = { name: 'rmlock', domain: guest.handle, handle: lock.handle, side: 'write' }
    const worker = new Worker(FIXTURE, { workerData })
    await once(worker, 'message')
    const waiting = [lock.read.lock(), lock.write.lock()].map((one) =>
      one.catch((error: unknown) => error),
    )
    await worker.terminate()
    domain.bury(guest)
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(LockAbandoned)
    expect(() => lock.read.lockSync()).toThrow(LockAbandoned)
    expect(() => lock.write.lockSync({ recover: true })).toThrow(LockAbandoned)
  })
})
