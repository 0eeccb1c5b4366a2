import { Lot, NotifyWaker, finish, PARK, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  Barrier,
  bury,
  Condition,
  detach,
  invite,
  LockAbandoned,
  LockMisuse,
  LockTimeout,
  Mutex,
  RwLock,
  Semaphore,
  Sx,
  SyncDomain,
} from '../src/index.ts'

/** What a worker is to a domain: its own lot and its waiter, over the same memory. */
function guestOf(domain: SyncDomain) {
  const { memory, lot } = domain
  const seat = invite(domain)
  const at = Lot.attach(memory, lot.handle, seat)
  const td = new Lot(memory, lot.handle, new NotifyWaker(memory), at).waiter()
  td.spins = 0
  return { seat, td }
}

/** Runs a wait until it sleeps. */
function sleeps(waiting: Waiting<unknown>): void {
  let step = waiting.next(WOKEN)
  while (step.value !== PARK && !step.done) step = waiting.next(WOKEN)
  expect(step.done).toBe(false)
}

const enters = (td: Waiter, mutex: Mutex): unknown => finish(td, mutex.enter(td))

describe('A condition whose mutex a dead thread held', () => {
  const three = () => {
    const domain = SyncDomain.create()
    const [mutex, condition] = [Mutex.create(domain), Condition.create(domain)]
    return { domain, mutex, condition, dead: guestOf(domain) }
  }

  it('tells a waiter that was notified before, which is inside the mutex then', async () => {
    const { domain, mutex, condition, dead } = three()
    const guard = await mutex.lock()
    const waiting = condition.waitAsync(mutex, guard).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 5))
    enters(dead.td, mutex)
    finish(dead.td, condition.notify(dead.td, mutex))
    bury(domain, dead.seat)
    const told = await waiting
    expect(told).toBeInstanceOf(LockAbandoned)
    expect(told).toMatchObject({ lock: mutex.at, waiter: dead.td.at })
    expect(mutex.owner()).toBe(guard.td.at)
    mutex.recover(guard.td)
    guard.unlock()
    mutex.lockSync().unlock()
  })

  it('gives it the mutex to mend, if it says that it will', async () => {
    const { domain, mutex, condition, dead } = three()
    const guard = await mutex.lock()
    const waiting = condition.waitAsync(mutex, guard, { recover: true })
    await new Promise((resolve) => setTimeout(resolve, 5))
    enters(dead.td, mutex)
    finish(dead.td, condition.notify(dead.td, mutex))
    bury(domain, dead.seat)
    expect(await waiting).toBe(true)
    expect(mutex.isAbandoned()).toBe(true)
    guard.unlock()
  })

  it('wakes those that are notified after the burial', async () => {
    const { domain, mutex, condition, dead } = three()
    const waiting = [1, 2].map(async () => {
      const guard = await mutex.lock()
      const notified = await condition.waitAsync(mutex, guard, { recover: true })
      mutex.recover(guard.td)
      guard.unlock()
      return notified
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    enters(dead.td, mutex)
    bury(domain, dead.seat)
    condition.notifyAllSync(mutex)
    await expect(waiting[0]).resolves.toBe(true)
    await expect(Promise.allSettled(waiting)).resolves.toHaveLength(2)
  })
})

describe('A try at a lock whose holder has ended', () => {
  const kinds = {
    mutex: (domain: SyncDomain) => {
      const lock = Mutex.create(domain)
      return { lock, sides: [lock], enter: (td: Waiter) => lock.enter(td) }
    },
    rwlock: (domain: SyncDomain) => {
      const lock = RwLock.create(domain)
      const sides = [lock.read, lock.write]
      return { lock, sides, enter: (td: Waiter) => lock.write.enter(td) }
    },
    sx: (domain: SyncDomain) => {
      const lock = Sx.create(domain)
      const sides = [lock.shared, lock.exclusive]
      return { lock, sides, enter: (td: Waiter) => lock.exclusive.enter(td) }
    },
  }

  it.each(Object.entries(kinds))('of kind %s says so, until it is mended', (_, make) => {
    const domain = SyncDomain.create()
    const { lock, sides, enter } = make(domain)
    const dead = guestOf(domain)
    finish(dead.td, enter(dead.td))
    for (const side of sides) expect(side.tryLock()).toBeUndefined()
    bury(domain, dead.seat)
    for (let i = 0; i < 2; i++) {
      for (const side of sides) expect(() => side.tryLock()).toThrow(LockAbandoned)
    }
    const guard = sides.at(-1)!.tryLock({ recover: true })!
    lock.recover(guard.td)
    guard.unlock()
    for (const side of sides) side.tryLock()!.unlock()
  })

  it('that another one mends meanwhile is refused as ever', () => {
    const domain = SyncDomain.create()
    const mutex = Mutex.create(domain)
    const [dead, living] = [guestOf(domain), guestOf(domain)]
    enters(dead.td, mutex)
    bury(domain, dead.seat)
    enters(living.td, mutex)
    expect(mutex.tryLock({ recover: true })).toBeUndefined()
  })
})

describe('A reader that ended in the queue of a lock', () => {
  it.each([
    ['rwlock', (domain: SyncDomain) => RwLock.create(domain)],
    ['sx', (domain: SyncDomain) => Sx.create(domain)],
  ] as const)('and was let in before its burial, is not inside a %s', (_, make) => {
    const domain = SyncDomain.create()
    const lock = make(domain)
    const [read, write] = 'read' in lock ? [lock.read, lock.write] : [lock.shared, lock.exclusive]
    write.lockSync()
    const dead = guestOf(domain)
    sleeps(read.enter(dead.td))
    write.unlock()
    expect(lock.word.readers()).toBe(1)
    bury(domain, dead.seat)
    expect(lock.word.readers()).toBe(0)
    write.lockSync({ timeoutMs: 1 }).unlock()
  })
})

describe('A barrier of which a party has ended', () => {
  it('waits for another in its place', async () => {
    const domain = SyncDomain.create()
    const barrier = Barrier.create(domain, { parties: 3 })
    const dead = guestOf(domain)
    sleeps(barrier.arrive(dead.td))
    bury(domain, dead.seat)
    const two = [barrier.arriveAsync(), barrier.arriveAsync({ timeoutMs: 20 })]
    await expect(two[1]).rejects.toThrow(LockTimeout)
    const rest = [barrier.arriveAsync(), barrier.arriveAsync()]
    const all = await Promise.all([two[0], ...rest])
    expect(all.filter((leads) => leads)).toHaveLength(1)
  })

  it('counts those that live, and those of the round alone', async () => {
    const domain = SyncDomain.create()
    const barrier = Barrier.create(domain, { parties: 2 })
    for (let round = 0; round < 3; round++) {
      const [dead, other] = [guestOf(domain), guestOf(domain)]
      sleeps(barrier.arrive(dead.td))
      bury(domain, dead.seat)
      const waiting = barrier.arriveAsync()
      await new Promise((resolve) => setTimeout(resolve, 2))
      bury(domain, other.seat)
      expect(barrier.arriveSync()).toBe(true)
      expect(await waiting).toBe(false)
    }
  })
})

describe('An accountable lock whose readers have ended', () => {
  const kinds = [
    ['rwlock', (domain: SyncDomain) => RwLock.create(domain, { accountable: true })],
    ['sx', (domain: SyncDomain) => Sx.create(domain, { accountable: true })],
  ] as const
  const sidesOf = (lock: RwLock | Sx) =>
    lock instanceof RwLock ? [lock.read, lock.write] : [lock.shared, lock.exclusive]

  it.each(kinds)('is the writer’s when they are buried: %s', async (_, make) => {
    const domain = SyncDomain.create()
    const lock = make(domain)
    const [read, write] = sidesOf(lock)
    const dead = [guestOf(domain), guestOf(domain)]
    for (const { td } of dead) expect(read!.tryEnter(td)).toBe(true)
    const here = read!.lockSync()
    const writing = write!.lock()
    for (const { seat } of dead) bury(domain, seat)
    expect(lock.word.readers()).toBe(1)
    here.unlock()
    const guard = await writing
    guard.unlock()
    read!.lockSync().unlock()
  })

  it.each(kinds)('gives numbers and waiters to others, life by life: %s', (_, make) => {
    const domain = SyncDomain.create({ threads: 3, waiters: 4 })
    const lock = make(domain)
    const [read, write] = sidesOf(lock)
    for (let life = 0; life < 300; life++) {
      const { seat, td } = guestOf(domain)
      finish(td, read!.enter(td))
      if (life % 2 === 0) finish(td, read!.enter(td))
      bury(domain, seat)
      write!.lockSync({ timeoutMs: 1 }).unlock()
    }
    expect(lock.word.readers()).toBe(0)
  })

  it('is opened by its handle, and keeps a reader of its domain', () => {
    const domain = SyncDomain.create()
    const made = RwLock.create(domain, { accountable: true })
    const lock = RwLock.open(made.handle)
    expect(lock.word.ledger).toBeDefined()
    expect(RwLock.open(RwLock.create(domain).handle).word.ledger).toBeUndefined()
    const guard = lock.read.lockSync()
    expect(() => detach(domain)).toThrow(/it holds no lock: the accountable rwlock at/)
    guard.unlock()
    detach(domain)
  })
})

describe('An accountable semaphore', () => {
  const four = () => {
    const domain = SyncDomain.create()
    const one = Semaphore.create(domain, { permits: 4, accountable: true })
    return { domain, one, dead: guestOf(domain) }
  }

  it('has the permits of the dead again, and serves those that wait for them', async () => {
    const { domain, one, dead } = four()
    expect(one.tryAcquire(3, dead.td)).toBe(true)
    const waiting = one.acquireAsync(4)
    expect(one.available()).toBe(1)
    bury(domain, dead.seat)
    await waiting
    expect(one.available()).toBe(0)
    one.releaseSync(4)
    expect(one.available()).toBe(4)
  })

  it('has those that it gave to one that had ended in its queue', () => {
    const { domain, one, dead } = four()
    one.acquireSync(2)
    sleeps(one.acquire(dead.td, 3))
    one.releaseSync(2)
    expect(one.available()).toBe(1)
    bury(domain, dead.seat)
    expect(one.available()).toBe(4)
  })

  it('takes permits back from the thread that has them, and from its tasks', async () => {
    const { one, dead } = four()
    expect(one.tryAcquire(2, dead.td)).toBe(true)
    expect(() => one.releaseSync()).toThrow(LockMisuse)
    const waiting = one.acquireAsync(3)
    finish(dead.td, one.release(dead.td, 2))
    await waiting
    one.releaseSync(3)
    expect(Semaphore.open(one.handle).available()).toBe(4)
  })
})
