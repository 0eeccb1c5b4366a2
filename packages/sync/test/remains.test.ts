import { holderOf, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, PARK, type Waiter } from '@smpnet/park'
import { atEveryDeath, Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { DomainRegion } from '../src/domain/domain-region.ts'
import {
  address,
  bury,
  invite,
  LockAbandoned,
  Mutex,
  NOBODY,
  Once,
  Semaphore,
  Seqc,
  SyncDomain,
} from '../src/index.ts'

const MUTEX = { name: 'mutex', code: 1, version: 2, names: NOBODY }
const LOCK_BYTES = 4
const SHAPE = { threads: 4, waiters: 8, buckets: 1 }

/** A domain in the first part of a buffer, and a thread of it that dies. */
function domainWith(mortality: Mortality) {
  const buffer = new SharedArrayBuffer(1 << 14)
  const domain = SyncDomain.create({ buffer, bytes: 1 << 13, ...SHAPE })
  const guest = invite(domain)
  const memory = new LiveMemory(buffer)
  const cpu = Lot.attach(memory, domain.lot.handle, guest)
  const lot = new Lot(memory, domain.lot.handle, new NotifyWaker(memory), cpu)
  const td = lot.waiter()
  return { buffer, domain, guest, memory: mortality.of(memory), td }
}

const FREE_AT = (1 << 13) + 256

describe('A thread that places a lock at an address', () => {
  it('may die after any step: others place there, and elsewhere', () => {
    const deaths = atEveryDeath((mortality) => {
      const { domain, guest, memory } = domainWith(mortality)
      const region = DomainRegion.open(memory, domain.handle.at)
      const isPlaced = (): boolean => [...DomainRegion.open(domain.memory, 0).locks()].length > 0
      mortality.lives(() => address(FREE_AT).placeIn(region, MUTEX, LOCK_BYTES, 4))
      bury(domain, guest)
      Mutex.create(domain, { at: address(FREE_AT + 128) })
        .lockSync()
        .unlock()
      const has = isPlaced() && [...region0(domain).locks()].some(({ at }) => at === FREE_AT)
      if (!has)
        Mutex.create(domain, { at: address(FREE_AT) })
          .lockSync()
          .unlock()
    })
    expect(deaths).toBeGreaterThanOrEqual(6)
  })

  it('is seen to keep others out when it is not buried', () => {
    const mortality = new Mortality(1)
    const { domain, guest, memory } = domainWith(mortality)
    const region = DomainRegion.open(memory, domain.handle.at)
    mortality.lives(() => address(FREE_AT).placeIn(region, MUTEX, LOCK_BYTES, 4))
    expect(domain.memory.load(domain.handle.at + 12)).toBe(holderOf(guest.thread))
  })
})

function region0(domain: SyncDomain): DomainRegion {
  return DomainRegion.open(domain.memory, domain.handle.at)
}

describe('A once', () => {
  it('is done by another when its doer has ended after any step and was buried', () => {
    atEveryDeath((mortality) => {
      const { domain, guest, memory, td } = domainWith(mortality)
      const once = Once.create(domain)
      mortality.lives(() => doIt(new Once(memory, once.at), td))
      bury(domain, guest)
      once.runSync(() => {}, { timeoutMs: 1000 })
      expect(once.isDone()).toBe(true)
    })
  })
})

function doIt(once: Once, td: Waiter): void {
  finish(td, once.begin(td))
  finish(td, once.done(td))
}

describe('A sequence counter', () => {
  it('tells readers and the next writer that its writer has ended after any step', () => {
    let told = 0
    atEveryDeath((mortality) => {
      const { domain, guest, memory, td } = domainWith(mortality)
      const seqc = Seqc.create(domain)
      mortality.lives(() => {
        const dying = new Seqc(memory, seqc.at)
        dying.beginWrite(td)
        dying.endWrite()
      })
      bury(domain, guest)
      if (isToldOf(seqc)) told++
      seqc.beginWrite()
      seqc.endWrite()
      expect(seqc.readSync(() => 1)).toBe(1)
    })
    expect(told).toBe(1)
  })
})

describe('A semaphore', () => {
  it('takes back what it gave to a waiter that had died and was not buried yet', async () => {
    const { domain, guest, td } = domainWith(new Mortality(1000))
    const semaphore = Semaphore.create(domain, { permits: 2 })
    semaphore.acquireSync(2)
    const waiting = new Semaphore(td.lot.memory, semaphore.at, 2).acquire(td, 2)
    while (waiting.next(0).value !== PARK);
    const behind = semaphore.acquireAsync(1, { timeoutMs: 5000 })
    semaphore.releaseSync(2)
    expect(semaphore.available()).toBe(0)
    bury(domain, guest)
    await behind
    expect(semaphore.available()).toBe(1)
  })
})

function isToldOf(seqc: Seqc): boolean {
  try {
    seqc.readSync(() => 1, { timeoutMs: 1000 })
    return false
  } catch (error) {
    if (error instanceof LockAbandoned) return true
    throw error
  }
}
