import { Lot, NotifyWaker, finish, PARK, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  Barrier,
  Condition,
  LockAbandoned,
  LockTimeout,
  Mutex,
  RwLock,
  Sx,
  SyncDomain,
} from '../src/index.ts'

/** What a worker is to a domain: its own lot and its waiter, over the same memory. */
function guestOf(domain: SyncDomain) {
  const { memory, handle } = domain
  const seat = domain.invite()
  const at = Lot.attach(memory, handle.lot, seat)
  const td = new Lot(memory, handle.lot, new NotifyWaker(memory), at).waiter()
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
    domain.bury(dead.seat)
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
    domain.bury(dead.seat)
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
    domain.bury(dead.seat)
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
    domain.bury(dead.seat)
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
    domain.bury(dead.seat)
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
    domain.bury(dead.seat)
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
    domain.bury(dead.seat)
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
      domain.bury(dead.seat)
      const waiting = barrier.arriveAsync()
      await new Promise((resolve) => setTimeout(resolve, 2))
      domain.bury(other.seat)
      expect(barrier.arriveSync()).toBe(true)
      expect(await waiting).toBe(false)
    }
  })
})
