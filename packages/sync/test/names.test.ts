import { LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  bury,
  BY_RECORDS,
  byLines,
  Counter,
  detach,
  EventCount,
  invite,
  inWords,
  Mutex,
  placeLock,
  RwLock,
  Semaphore,
  Seqc,
  SyncDomain,
} from '../src/index.ts'

/** A guest of a domain, by a lot and a memory of its own, as a worker has them. */
function guestOf(domain: SyncDomain) {
  const seat = invite(domain)
  const memory = new LiveMemory(domain.handle.buffer)
  const { handle } = domain.lot
  const number = Lot.attach(memory, handle, seat)
  return { seat, td: new Lot(memory, handle, new NotifyWaker(memory), number).waiter() }
}

/** Whether the waiter of a guest that has ended is kept from others, once it is buried. */
function isKept(prepare: (domain: SyncDomain, entry: number) => void): boolean {
  const domain = SyncDomain.create()
  const { seat, td } = guestOf(domain)
  prepare(domain, td.at)
  expect(bury(domain, seat)).toBe(1)
  return domain.lot.given().includes(td.at)
}

const own = (names: number, bytes: number) => (domain: SyncDomain) =>
  placeLock({ name: 'of mine', code: 200, version: 1, names }, domain, bytes)

describe('The waiter of a thread that has ended is for others, though a word looks like it', () => {
  it.each<[string, (domain: SyncDomain, entry: number) => void]>([
    [
      'the permits of a semaphore',
      (domain, entry) => Semaphore.create(domain, { permits: entry }),
    ],
    [
      'the word of a semaphore',
      (domain, entry) => Semaphore.create(domain, { permits: entry / 2 }),
    ],
    [
      'an event count',
      (domain, entry) => domain.memory.store(EventCount.create(domain).at, entry),
    ],
    ['a counter', (domain, entry) => Counter.create(domain).increment(entry)],
    [
      'how often a mutex was entered again',
      (domain, entry) => {
        domain.memory.store(Mutex.create(domain).at + 4, entry)
      },
    ],
    [
      'how many read',
      (domain, entry) => {
        domain.memory.store(RwLock.create(domain).at, entry | 32)
      },
    ],
    [
      'a word of which its kind says nothing',
      (domain, entry) => {
        domain.memory.store(own(inWords(0), 8)(domain) + 4, entry)
      },
    ],
  ])('%s', (_what, prepare) => {
    expect(isKept(prepare)).toBe(false)
  })
})

describe('The waiter of a thread that has ended is kept while a lock names it', () => {
  it.each<[string, (domain: SyncDomain, entry: number) => void]>([
    ['a mutex', (domain, entry) => domain.memory.store(Mutex.create(domain).at, entry)],
    [
      'a mutex that others sleep for',
      (domain, entry) => {
        domain.memory.store(Mutex.create(domain).at, entry | 1)
      },
    ],
    [
      'a mutex that remembers who left it',
      (domain, entry) => {
        domain.memory.store(Mutex.create(domain).at + 8, entry)
      },
    ],
    ['a seqc', (domain, entry) => domain.memory.store(Seqc.create(domain).at + 4, entry)],
    [
      'the last word of a kind of one’s own',
      (domain, entry) => {
        domain.memory.store(own(inWords(60), 64)(domain) + 60, entry)
      },
    ],
  ])('%s', (_what, prepare) => {
    expect(isKept(prepare)).toBe(true)
  })

  it('and is given out by any thread that wants waiters, when it names it no more', () => {
    const domain = SyncDomain.create({ threads: 3, waiters: 4 })
    const { seat, td } = guestOf(domain)
    const other = guestOf(domain)
    const mutex = Mutex.create(domain)
    domain.memory.store(mutex.at, td.at)
    bury(domain, seat)
    // A thread that has the domain open as any worker has.
    const { lot } = other.td
    ;(lot as Lot).isNamed = (entry) => domain.names(entry)
    expect((lot as Lot).waiter().at).not.toBe(td.at)
    expect(() => (lot as Lot).waiter()).toThrow('has 4 already')
    domain.memory.store(mutex.at, 0)
    expect((lot as Lot).waiter().at).toBe(td.at)
  })
})

describe('A thread that writes under a seqc', () => {
  it('is not detached before it has ended that', () => {
    const domain = SyncDomain.create()
    const seqc = Seqc.create(domain)
    seqc.beginWrite()
    expect(() => detach(domain)).toThrow('holds no lock: the seqc at')
    seqc.endWrite()
    detach(domain)
  })
})

describe('What a kind says of its names', () => {
  it.each([[2], [64], [-4], ['4'], [undefined]])(
    'is of whole words, the first 16: %s',
    (offset) => {
      expect(() => inWords(offset as number)).toThrow(RangeError)
      expect(() => byLines(offset as number)).toThrow(RangeError)
    },
  )

  it('has to be said', () => {
    const domain = SyncDomain.create()
    const kind = { name: 'of mine', code: 200, version: 1 } as never
    expect(() => placeLock(kind, domain, 4)).toThrow('and says whom it names')
    expect(inWords() | BY_RECORDS).toBe(BY_RECORDS)
  })
})
