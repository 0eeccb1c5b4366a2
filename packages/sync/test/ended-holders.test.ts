import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  address,
  bury,
  detach,
  Epoch,
  invite,
  LockAbandoned,
  type LockHandle,
  LockMisuse,
  LockTimeout,
  RmLock,
  Semaphore,
  Smr,
  SyncDomain,
} from '../src/index.ts'

const FIXTURE = new URL('./fixtures/ending.mjs', import.meta.url)

/** Lets the event loop turn. */
const turn = () => new Promise((next) => setTimeout(next, 0))

/** A worker that does something to a lock and stays; `end` terminates and buries it. */
function begin(domain: SyncDomain, handle: LockHandle, does: string) {
  const guest = invite(domain)
  const worker = new Worker(FIXTURE, { workerData: { domain: guest.handle, handle, does } })
  const end = async () => {
    await worker.terminate()
    return bury(domain, guest)
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
    while (lot.first(lot.queueOf(at), at) === 0) await turn()
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

/** Something that threads read, and whether who writes would still have to wait for a reader. */
interface Readable {
  readonly handle: LockHandle
  isWaitedFor(): boolean
  /** Reads, and stops, as the thread that calls. */
  visit(): void
}

const readables: Record<string, (domain: SyncDomain, at?: number) => Readable> = {
  reads: (domain, at) => {
    const lock = RmLock.create(domain, at === undefined ? {} : { at: address(at) })
    const isWaitedFor = () => {
      try {
        lock.write.lockSync({ timeoutMs: 1 }).unlock()
        return false
      } catch (error) {
        expect(error).toBeInstanceOf(LockTimeout)
        return true
      }
    }
    return { handle: lock.handle, isWaitedFor, visit: () => lock.read.lockSync().unlock() }
  },
  'enters an epoch': (domain, at) => {
    const epoch = Epoch.create(domain, at === undefined ? {} : { at: address(at) })
    const isWaitedFor = () => {
      epoch.call(() => {})
      return epoch.poll() > 0
    }
    const visit = () => {
      epoch.enterSync()
      epoch.exitSync()
    }
    return { handle: epoch.handle, isWaitedFor, visit }
  },
  'enters an smr': (domain, at) => {
    const smr = Smr.create(domain, at === undefined ? {} : { at: address(at) })
    const visit = () => {
      smr.enterSync()
      smr.exitSync()
    }
    return { handle: smr.handle, isWaitedFor: () => !smr.poll(smr.advance()), visit }
  },
}
readables['reads twice'] = readables['reads']!

describe.each(Object.entries(readables))('A thread that has ended, which %s,', (does, make) => {
  it('is not waited for any more when it is buried', async () => {
    const domain = SyncDomain.create()
    const one = make(domain)
    const { done, end } = begin(domain, one.handle, does)
    await done
    expect(one.isWaitedFor()).toBe(true)
    await end()
    expect(one.isWaitedFor()).toBe(false)
    one.visit()
    expect(one.isWaitedFor()).toBe(false)
  })

  it('leaves its line to the next of its number as if it had never come', async () => {
    const domain = SyncDomain.create({ threads: 2 })
    const one = make(domain)
    for (let i = 0; i < 3; i++) {
      const { guest, done, end } = begin(domain, one.handle, does)
      expect(guest.thread).toBe(1)
      await done
      expect(one.isWaitedFor()).toBe(true)
      await end()
    }
    expect(one.isWaitedFor()).toBe(false)
  })

  it('is found in what was placed at an address, too', async () => {
    const domain = SyncDomain.create({ buffer: new SharedArrayBuffer(1 << 19), at: 1 << 18 })
    const one = make(domain, 4096)
    const { done, end } = begin(domain, one.handle, does)
    await done
    expect(one.isWaitedFor()).toBe(true)
    await end()
    expect(one.isWaitedFor()).toBe(false)
  })

  it('takes nobody with it who reads as another number', async () => {
    const domain = SyncDomain.create()
    const one = make(domain)
    const [dead, living] = [begin(domain, one.handle, does), begin(domain, one.handle, does)]
    await Promise.all([dead.done, living.done])
    await dead.end()
    expect(one.isWaitedFor()).toBe(true)
    await living.end()
    expect(one.isWaitedFor()).toBe(false)
  })
})

describe('A thread that is inside', () => {
  it.each([
    ['rmlock', (domain: SyncDomain) => RmLock.create(domain).read],
    ['epoch', (domain: SyncDomain) => Epoch.create(domain)],
    ['smr', (domain: SyncDomain) => Smr.create(domain)],
  ] as const)('a %s is not detached before it has left', (kind, make) => {
    const domain = SyncDomain.create()
    const one = make(domain)
    const [enter, exit] =
      'enterSync' in one
        ? [() => one.enterSync(), () => one.exitSync()]
        : [() => one.lockSync(), () => one.unlock()]
    enter()
    expect(() => detach(domain)).toThrow(LockMisuse)
    expect(() => detach(domain)).toThrow(
      new RegExp(`what it reads: the ${kind} at \\d+ it has not$`),
    )
    exit()
    detach(domain)
    expect(() => detach(domain)).toThrow('detached from a domain once')
  })
})

describe('A writer that sleeps for a reader of an rmlock that has ended', () => {
  it('is inside when the reader is buried', async () => {
    const domain = SyncDomain.create()
    const lock = RmLock.create(domain)
    const { done, end } = begin(domain, lock.handle, 'reads')
    await done
    const writing = lock.write.lock()
    await turn()
    await end()
    const guard = await writing
    expect(lock.mutex.owner()).toBe(guard.td.at)
    guard.unlock()
  })

  it('and ends too, leaves the lock to others', async () => {
    const domain = SyncDomain.create()
    const lock = RmLock.create(domain)
    const reader = begin(domain, lock.handle, 'reads')
    await reader.done
    const writer = begin(domain, lock.handle, 'writes')
    while (lock.mutex.owner() === 0) await turn()
    await writer.end()
    expect(() => lock.write.lockSync({ timeoutMs: 1 })).toThrow(LockTimeout)
    await reader.end()
    lock.write.lockSync({ timeoutMs: 1000 }).unlock()
    lock.read.lockSync().unlock()
  })

  it('refuses everybody when it ends inside, who would not mend it', async () => {
    const domain = SyncDomain.create()
    const lock = RmLock.create(domain)
    const writer = begin(domain, lock.handle, 'writes')
    await writer.done
    await writer.end()
    for (let i = 0; i < 2; i++) {
      expect(() => lock.write.lockSync()).toThrow(LockAbandoned)
      expect(() => lock.read.lockSync()).toThrow(LockAbandoned)
    }
  })

  it('lets in who will mend it, and after that everybody', async () => {
    const domain = SyncDomain.create()
    const lock = RmLock.create(domain)
    const writer = begin(domain, lock.handle, 'writes')
    await writer.done
    await writer.end()
    const reader = lock.read.lockSync({ recover: true })
    // There is no token, and a writer waits for it all the same.
    const mending = { recover: true, timeoutMs: 1 }
    expect(() => lock.write.lockSync(mending)).toThrow(LockTimeout)
    reader.unlock()
    lock.write.lockSync(mending).unlock()
    expect(() => lock.read.lockSync()).toThrow(LockAbandoned)
    const guard = lock.write.lockSync(mending)
    lock.recover(guard.td)
    guard.unlock()
    expect(lock.isAbandoned()).toBe(false)
    lock.read.lockSync().unlock()
    expect(lock.read.tryLock()).toBeDefined()
  })
})
