import { HeldTooLong, holderOf } from '@smpnet/memory'
import { BUCKET, finish, Lot, NotifyWaker, Seats } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  bury,
  Counter,
  Epoch,
  invite,
  LockTimeout,
  Mutex,
  RwLock,
  Smr,
  SyncDomain,
} from '../src/index.ts'

/** How many waiters and numbers are free. */
function free(domain: SyncDomain): [number, number] {
  const waiters = all(() => domain.lot.waiter())
  for (const { at } of waiters) domain.lot.releaseEntry(at)
  const guests = all(() => invite(domain))
  for (const guest of guests) bury(domain, guest)
  return [waiters.length, guests.length]
}

function all<T>(next: () => T): T[] {
  const got: T[] = []
  for (;;) {
    try {
      got.push(next())
    } catch {
      return got
    }
  }
}

/** What a worker is to a domain: its own lot and its waiter, over the same memory. */
function guestOf(domain: SyncDomain) {
  const { memory } = domain
  const { handle } = domain.lot
  const seat = invite(domain)
  const number = Lot.attach(memory, handle, seat)
  const lot = new Lot(memory, handle, new NotifyWaker(memory), number)
  return { seat, lot, td: lot.waiter() }
}

describe('A domain whose supervisor begins its threads anew as they end', () => {
  it('has as many waiters and numbers after 2000 that ended inside a mutex', () => {
    const domain = SyncDomain.create({ waiters: 8, threads: 4 })
    const mutex = Mutex.create(domain)
    const before = free(domain)
    for (let life = 0; life < 2000; life++) {
      const { seat, td } = guestOf(domain)
      expect(mutex.tryEnter(td)).toBe(true)
      expect(bury(domain, seat)).toBe(1)
      const guard = mutex.lockSync({ recover: true })
      mutex.recover(guard.td)
      guard.unlock()
    }
    expect(free(domain)).toEqual(before)
  })

  it('has as many when they ended writing, and nobody has mended that yet', () => {
    const domain = SyncDomain.create({ waiters: 8, threads: 4 })
    const lock = RwLock.create(domain)
    const before = free(domain)
    for (let life = 0; life < 100; life++) {
      const { seat, td } = guestOf(domain)
      finish(td, lock.write.enter(td))
      bury(domain, seat)
    }
    const guard = lock.write.lockSync({ recover: true })
    lock.recover(guard.td)
    guard.unlock()
    expect(free(domain)).toEqual(before)
  })
})

describe('A waiter that has ended', () => {
  it.each([Epoch, Smr, Counter])('is not taken for named by what %o counts', (Kind) => {
    const domain = SyncDomain.create({ waiters: 8, threads: 4 })
    const { at } = Kind.create(domain)
    const before = free(domain)
    const { seat, td } = guestOf(domain)
    // As far as it has counted.
    domain.memory.store(at, td.at)
    bury(domain, seat)
    expect(free(domain)).toEqual(before)
  })
})

describe('A domain of which a queue is held by a thread that has ended', () => {
  const bereft = () => {
    const domain = SyncDomain.create({ buckets: 1 })
    const mutex = Mutex.create(domain)
    mutex.lockSync()
    const one = guestOf(domain)
    const bucket = domain.lot.handle.at + domain.lot.handle.threads * Seats.bytes
    domain.memory.store(bucket + BUCKET.offset.lock, holderOf(one.seat.thread))
    return { domain, mutex, one, other: guestOf(domain) }
  }

  it('ends the waits of others by their time, and by their signal', async () => {
    const { mutex } = bereft()
    await expect(mutex.lock({ timeoutMs: 20 })).rejects.toThrow(LockTimeout)
    const abort = new AbortController()
    const waits = mutex.lock({ signal: abort.signal })
    setTimeout(() => abort.abort(new Error('not any more')), 10)
    await expect(waits).rejects.toThrow('not any more')
  })

  it('says to the undertaker of another who holds it, and ends that burial with this one', () => {
    const { domain, mutex, one, other } = bereft()
    const begun = performance.now()
    const buries = (): unknown => {
      try {
        return bury(domain, other.seat)
      } catch (error) {
        return error
      }
    }
    const error = buries() as HeldTooLong
    expect(performance.now() - begun).toBeLessThan(30_000)
    expect(error).toBeInstanceOf(HeldTooLong)
    expect(error.message).toContain(`thread ${one.seat.thread} has not let go`)
    bury(domain, one.seat)
    expect(bury(domain, other.seat)).toBe(0)
    mutex.unlock()
  })
})
