import { describe, expect, it } from 'vitest'
import {
  Barrier,
  Condition,
  EventCount,
  LockMisuse,
  LockTimeout,
  Mutex,
  Once,
  Semaphore,
  Sx,
  SyncDomain,
} from '../src/index.ts'

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 2))

/** What a promise is after a while: what it resolved to, or 'waits'. */
async function stateOf<T>(promise: Promise<T>): Promise<T | 'waits'> {
  return await Promise.race([promise, soon().then(() => 'waits' as const)])
}

describe('A semaphore', () => {
  it('gives as many permits as it has, and takes them back', async () => {
    const one = Semaphore.create(SyncDomain.create(), { permits: 3 })
    one.acquireSync(2)
    const waiting = one.acquireAsync(2)
    expect(await stateOf(waiting)).toBe('waits')
    expect(one.tryAcquire()).toBe(false)
    one.releaseSync(2)
    await waiting
    expect(one.available()).toBe(1)
  })

  it('serves those who wait in order, so that one who wants many is not passed', async () => {
    const one = Semaphore.create(SyncDomain.create(), { permits: 3 })
    one.acquireSync(3)
    const order: number[] = []
    const waiting = [3, 1, 1].map((count) => one.acquireAsync(count).then(() => order.push(count)))
    await soon()
    one.releaseSync(1)
    one.releaseSync(1)
    expect(await stateOf(Promise.all(waiting))).toBe('waits')
    one.releaseSync(1)
    await waiting[0]
    one.releaseSync(3)
    await Promise.all(waiting)
    expect(order).toEqual([3, 1, 1])
  })

  it('serves those behind one that gives up', async () => {
    const one = Semaphore.create(SyncDomain.create(), { permits: 3 })
    one.acquireSync(2)
    const hasty = one.acquireAsync(3, { timeoutMs: 5 }).catch((error: Error) => error.name)
    const patient = one.acquireAsync(1)
    expect(await hasty).toBe('TimeoutError')
    await patient
    expect(one.available()).toBe(0)
  })

  it('says what cannot be', () => {
    const domain = SyncDomain.create()
    expect(() => Semaphore.create(domain, { permits: 0 })).toThrow('permits: expected 1 to')
    const one = Semaphore.open(structuredClone(Semaphore.create(domain, { permits: 2 }).handle))
    expect(() => one.acquireSync(3)).toThrow('count: expected 1 to 2 permits, came 3')
    expect(() => one.releaseSync()).toThrow(LockMisuse)
    expect(() => one.acquireSync(1, { timeoutMs: -1 })).toThrow(RangeError)
    one.acquireSync(2)
    expect(() => one.acquireSync(1, { timeoutMs: -1 })).toThrow(RangeError)
    expect(() => one.acquireSync(1, { timeoutMs: 2 })).toThrow(LockTimeout)
    one.releaseSync(2)
    expect(one.available()).toBe(2)
  })
})

describe('A condition', () => {
  const create = () => {
    const domain = SyncDomain.create()
    return { mutex: Mutex.create(domain), changed: Condition.create(domain) }
  }

  it('wakes one who waits, when the mutex is free', async () => {
    const { mutex, changed } = create()
    const seen: string[] = []
    let begun = 0
    const wait = async (name: string) => {
      const guard = await mutex.lock()
      begun++
      expect(await changed.waitAsync(mutex, guard)).toBe(true)
      seen.push(name)
      guard.unlock()
    }
    const waiting = [wait('a'), wait('b'), wait('c')]
    // Who waits has queued before it lets go of the mutex.
    while (begun < waiting.length || !mutex.tryLock()) await soon()
    mutex.unlock()
    mutex.lockSync()
    changed.notifySync(mutex)
    await soon()
    expect(seen).toEqual([])
    mutex.unlock()
    await waiting[0]
    expect(seen).toEqual(['a'])
    changed.notifyAllSync(mutex)
    await Promise.all(waiting)
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('gives up in time, with the mutex held', async () => {
    const { mutex, changed } = create()
    mutex.lockSync()
    expect(changed.waitSync(mutex, { timeoutMs: 3 })).toBe(false)
    expect(mutex.owner()).toBe(mutex.home!.here.at)
    mutex.unlock()
    const guard = await mutex.lock()
    const controller = new AbortController()
    const waiting = changed.waitAsync(mutex, guard, { signal: controller.signal })
    await soon()
    controller.abort(new RangeError('no more'))
    await expect(waiting).rejects.toThrow('no more')
    expect(mutex.owner()).toBe(guard.td.at)
    guard.unlock()
  })

  it('counts a notification that came before the time was over', async () => {
    const { mutex, changed } = create()
    const guard = await mutex.lock()
    const waiting = changed.waitAsync(mutex, guard, { timeoutMs: 400 })
    await soon()
    mutex.lockSync()
    changed.notifySync(mutex)
    await new Promise((resolve) => setTimeout(resolve, 500))
    mutex.unlock()
    expect(await waiting).toBe(true)
    guard.unlock()
  })

  it('is waited for with the mutex only', () => {
    const { mutex, changed } = create()
    expect(() => changed.waitSync(mutex)).toThrow(LockMisuse)
  })
})

describe('A barrier', () => {
  it('is passed when all have come, again and again, and one leads', async () => {
    const barrier = Barrier.create(SyncDomain.create(), { parties: 3 })
    for (let round = 0; round < 3; round++) {
      const early = [barrier.arriveAsync(), barrier.arriveAsync()]
      expect(await stateOf(Promise.all(early))).toBe('waits')
      expect(barrier.arriveSync()).toBe(true)
      expect(await Promise.all(early)).toEqual([false, false])
    }
  })

  it('forgets one that gives up', async () => {
    const { handle } = Barrier.create(SyncDomain.create(), { parties: 2 })
    const barrier = Barrier.open(structuredClone(handle))
    expect(() => barrier.arriveSync({ timeoutMs: 2 })).toThrow(LockTimeout)
    const first = barrier.arriveAsync()
    expect(await stateOf(first)).toBe('waits')
    barrier.arriveSync()
    expect(await first).toBe(false)
  })

  it('has at least one party', () => {
    expect(() => Barrier.create(SyncDomain.create(), { parties: 0 })).toThrow(
      'expected 1 to 16777215, came 0',
    )
  })
})

describe('A once', () => {
  it('is done once, and the others wait until it is', async () => {
    const once = Once.create(SyncDomain.create())
    let runs = 0
    const work = async () => {
      await soon()
      runs++
    }
    await Promise.all([once.run(work), once.run(work), once.run(work)])
    once.runSync(() => runs++)
    expect(runs).toBe(1)
    expect(once.isDone()).toBe(true)
  })

  it('is done by another when the first fails', async () => {
    const once = Once.create(SyncDomain.create())
    const failing = once.run(async () => {
      await soon()
      throw new Error('not today')
    })
    const second = once.run(() => {})
    await expect(failing).rejects.toThrow('not today')
    await second
    expect(Once.open(structuredClone(once.handle)).isDone()).toBe(true)
  })

  it('cannot be awaited by who does it', () => {
    const once = Once.create(SyncDomain.create())
    expect(() => once.runSync(() => once.runSync(() => {}))).toThrow('waits for itself')
    expect(once.isDone()).toBe(false)
  })

  it('gives up in time', async () => {
    const once = Once.create(SyncDomain.create())
    const doing = once.run(() => soon())
    expect(() => once.runSync(() => {}, { timeoutMs: 1 })).toThrow(LockTimeout)
    await doing
  })
})

describe('An event count', () => {
  it('is waited for until it is advanced', async () => {
    const count = EventCount.create(SyncDomain.create())
    const seen = count.read()
    const waiting = count.waitAsync(seen).then(() => 'advanced')
    expect(await stateOf(waiting)).toBe('waits')
    EventCount.open(structuredClone(count.handle)).advanceSync()
    expect(await waiting).toBe('advanced')
    count.waitSync(seen)
    expect(() => count.waitSync(count.read(), { timeoutMs: 2 })).toThrow(LockTimeout)
  })
})

describe('An sx lock', () => {
  it('goes from shared to exclusive when nobody else is inside, and back', async () => {
    const sx = Sx.create(SyncDomain.create())
    const other = await sx.shared.lock()
    const shared = sx.shared.lockSync()
    expect(sx.upgradeSync(shared)).toBeUndefined()
    other.unlock()
    const exclusive = sx.upgradeSync(shared)!
    expect(sx.shared.tryLock()).toBeUndefined()
    const reader = sx.shared.lock()
    await soon()
    const again = sx.downgradeSync(exclusive)
    ;(await reader).unlock()
    expect(sx.exclusive.tryLock()).toBeUndefined()
    again.unlock()
    sx.exclusive.lockSync().unlock()
  })

  it('is downgraded by its writer only', async () => {
    const sx = Sx.create(SyncDomain.create())
    const shared = await sx.shared.lock()
    expect(() => sx.downgradeSync(shared)).toThrow(LockMisuse)
    const exclusive = sx.upgradeSync(shared)!
    expect(() => shared.unlock()).toThrow(LockMisuse)
    exclusive.unlock()
  })
})
