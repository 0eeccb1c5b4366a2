import {
  address,
  Barrier,
  Condition,
  Counter,
  detach,
  Epoch,
  EventCount,
  LockAbandoned,
  LockMisuse,
  LockTimeout,
  Mutex,
  Once,
  RmLock,
  RwLock,
  Semaphore,
  Seqc,
  Smr,
  SpinMutex,
  Sx,
} from '@smpnet/sync'
import { ACCOUNTABLE_POINTS } from './accountable-points.mjs'
import { enters, forgiving, held, later, soon, takes, trying } from './point-parts.mjs'

/**
 * What a thread that ends behind one of its changes was doing at a lock, and who else is there:
 *
 * - `prepares`, `does`: the victim's, before and while it is mortal;
 * - `waits`: of the supervisor, begun before, and awaited after the burial;
 * - `mends`: what a living thread does when the dead had not come to it, such as to advance;
 * - `then`: a thread that comes afterwards; it throws for what is wrong;
 * - `excuses`: whether the dead has left what the README does not promise to take back.
 */
/** @type {{ timeoutMs?: number }[][]} */
const MUTEX_WAITERS = [
  [{}],
  [{}, {}],
  [{ timeoutMs: 20_000 }],
  [{ timeoutMs: 20_000 }, {}],
  [{}, {}, {}],
]

const ofMutex = { locks: { lock: [Mutex] }, then: ({ lock }) => enters(lock, lock) }
const ofRwLock = { locks: { lock: [RwLock] }, then: ({ lock }) => enters(lock, lock.write) }
const ofSx = { locks: { lock: [Sx] }, then: ({ lock }) => enters(lock, lock.exclusive) }
const ofRmLock = {
  locks: { lock: [RmLock] },
  // A writer that ended inside has closed it for good, and says so.
  then: ({ lock }) => enters(lock, lock.write).catch(forgiving(LockAbandoned)),
}
const hasReaders = ({ lock }) => lock.word.readers() > 0

const mutexes = [
  {
    ...ofMutex,
    name: 'mutex: locks and unlocks, nobody waits',
    does({ lock }) {
      lock.lockSync()
      lock.unlock()
    },
  },
  ...MUTEX_WAITERS.map((waiters, i) => ({
    ...ofMutex,
    name: `mutex: unlocks for ${waiters.length} that wait, ${i}`,
    prepares: ({ lock }) => lock.lockSync(),
    does: ({ lock }) => lock.unlock(),
    waits: ({ lock }) => waiters.map((options) => enters(lock, lock, options)),
  })),
  {
    ...ofMutex,
    ...held((lock) => lock),
    name: 'mutex: locks what another holds',
    does: ({ lock }) => lock.lockSync(),
  },
  {
    ...ofMutex,
    ...held((lock) => lock),
    name: 'mutex: gives up in its queue, before another',
    does: ({ lock }) => trying(() => lock.lockSync(soon)),
    waits: ({ lock }) => [enters(lock, lock)],
  },
  {
    ...ofMutex,
    name: 'mutex: is given back by a thread that detaches',
    prepares: ({ lock }) => lock.lockSync(),
    does({ lock }, domain) {
      lock.unlock()
      detach(domain)
    },
  },
]

const readersAndWriters = [
  {
    ...ofRwLock,
    name: 'rwlock: writes, nobody waits',
    does({ lock }) {
      lock.write.lockSync()
      lock.write.unlock()
    },
  },
  ...['r', 'w', 'rr', 'rw', 'wr', 'ww', 'wrr'].map((waiters) => ({
    ...ofRwLock,
    name: `rwlock: unwrites for ${waiters}`,
    prepares: ({ lock }) => lock.write.lockSync(),
    does: ({ lock }) => lock.write.unlock(),
    waits: ({ lock }) =>
      [...waiters].map((one) => enters(lock, one === 'r' ? lock.read : lock.write)),
  })),
  {
    ...ofRwLock,
    name: 'rwlock: unreads for a writer',
    prepares: ({ lock }) => lock.read.lockSync(),
    does: ({ lock }) => lock.read.unlock(),
    waits: ({ lock }) => [enters(lock, lock.write)],
    excuses: hasReaders,
  },
  {
    ...ofRwLock,
    ...held((lock) => lock.read),
    name: 'rwlock: writes what another reads',
    does: ({ lock }) => lock.write.lockSync(),
  },
  {
    ...ofRwLock,
    ...held((lock) => lock.write),
    name: 'rwlock: gives up to read what another writes',
    does: ({ lock }) => trying(() => lock.read.lockSync(soon)),
  },
  {
    ...ofRwLock,
    ...held((lock) => lock.write),
    name: 'rwlock: gives up to write, before a reader',
    does: ({ lock }) => trying(() => lock.write.lockSync(soon)),
    waits: ({ lock }) => [enters(lock, lock.read)],
  },
  ...['r', 'w', 'rw'].map((waiters) => ({
    ...ofSx,
    name: `sx: downgrades for ${waiters}`,
    prepares: ({ lock }) => lock.exclusive.lockSync(),
    does: ({ lock }, _domain, guard) => lock.downgradeSync(guard),
    waits: ({ lock }) =>
      [...waiters].map((one) => enters(lock, one === 'r' ? lock.shared : lock.exclusive)),
    excuses: hasReaders,
  })),
  {
    ...ofSx,
    name: 'sx: upgrades, and lets go',
    prepares: ({ lock }) => lock.shared.lockSync(),
    does({ lock }, _domain, guard) {
      lock.upgradeSync(guard).unlock()
    },
    excuses: hasReaders,
  },
]

const readMostly = [
  {
    ...ofRmLock,
    name: 'rmlock: reads',
    does({ lock }) {
      lock.read.lockSync()
      lock.read.unlock()
    },
  },
  {
    ...ofRmLock,
    name: 'rmlock: unreads for a writer',
    prepares: ({ lock }) => lock.read.lockSync(),
    does: ({ lock }) => lock.read.unlock(),
    waits: ({ lock }) => [enters(lock, lock.write)],
  },
  { ...ofRmLock, name: 'rmlock: writes', does: ({ lock }) => lock.write.lockSync() },
  {
    ...ofRmLock,
    name: 'rmlock: unwrites for a writer and a reader',
    prepares: ({ lock }) => lock.write.lockSync(),
    does: ({ lock }) => lock.write.unlock(),
    waits: ({ lock }) =>
      [lock.write, lock.read].map((side) => enters(lock, side).catch(forgiving(LockAbandoned))),
  },
  ...[Epoch, Smr].flatMap((Kind) => [
    {
      name: `${Kind.name}: enters`,
      locks: { lock: [Kind] },
      does: ({ lock }) => lock.enterSync(),
      then: ({ lock }) => waitsFor(lock),
    },
    {
      name: `${Kind.name}: exits`,
      locks: { lock: [Kind] },
      prepares: ({ lock }) => lock.enterSync(),
      does: ({ lock }) => lock.exitSync(),
      then: ({ lock }) => waitsFor(lock),
    },
  ]),
  {
    name: 'seqc: writes',
    locks: { lock: [Seqc] },
    does({ lock }) {
      lock.beginWrite()
      lock.endWrite()
    },
    async then({ lock }) {
      await lock.readAsync(() => 1, later).catch(forgiving(LockAbandoned))
      lock.beginWrite()
      lock.endWrite()
      await lock.readAsync(() => 1, later)
    },
  },
  ...[1, 2 ** 31 - 1].map((count) => ({
    name: `counter: adds ${count} twice`,
    locks: { lock: [Counter] },
    does({ lock }) {
      lock.increment(count)
      lock.increment(count)
    },
    then({ lock }) {
      const sum = lock.sum()
      if (![0, count, 2 * count].includes(sum)) throw new Error(`the sum is ${sum}`)
    },
  })),
]

function works() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
}

const waitsFor = (lock) =>
  lock instanceof Epoch ? lock.waitAsync(later) : lock.waitAsync(undefined, later)

const semaphore = (permits) => ({
  locks: { lock: [Semaphore, { permits }] },
  // Permits that the dead had are gone; a living thread that knew of them gives them back.
  mends({ lock }) {
    try {
      for (let i = 0; i < permits; i++) lock.releaseSync()
    } catch (error) {
      if (!(error instanceof LockMisuse)) throw error
    }
  },
  async then({ lock }) {
    await lock.acquireAsync(permits, later)
    lock.releaseSync(permits)
  },
})

const ofCondition = {
  locks: { mutex: [Mutex], condition: [Condition] },
  mends: ({ mutex, condition }) => condition.notifyAllSync(mutex),
  async then({ mutex, condition }) {
    await enters(mutex, mutex)
    const guard = await mutex.lock(later)
    const notified = condition.waitAsync(mutex, guard, later)
    condition.notifySync(mutex)
    if (!(await notified)) throw new Error('a notification has reached nobody')
    guard.unlock()
  },
}

async function waitsOn({ mutex, condition }) {
  const guard = await mutex.lock({ recover: true })
  try {
    await condition.waitAsync(mutex, guard)
  } catch (error) {
    if (!(error instanceof LockAbandoned)) throw error
  }
  if (mutex.isAbandoned()) mutex.recover(guard.td)
  guard.unlock()
}

const events = [
  {
    ...semaphore(1),
    name: 'semaphore: releases for one',
    prepares: ({ lock }) => lock.acquireSync(),
    does: ({ lock }) => lock.releaseSync(),
    waits: ({ lock }) => [takes(lock, 1)],
  },
  {
    ...semaphore(3),
    name: 'semaphore: releases for two of several permits',
    prepares: ({ lock }) => lock.acquireSync(3),
    does: ({ lock }) => lock.releaseSync(3),
    waits: ({ lock }) => [takes(lock, 2), takes(lock, 1)],
  },
  {
    ...semaphore(1),
    begins({ lock }) {
      lock.acquireSync()
      return () => lock.releaseSync()
    },
    name: 'semaphore: gives up in its queue, before another',
    does: ({ lock }) => trying(() => lock.acquireSync(1, soon)),
    waits: ({ lock }) => [takes(lock, 1)],
  },
  ...[1, 2].flatMap((count) =>
    [false, true].map((isHeld) => ({
      ...ofCondition,
      name: `condition: notifies ${count}, ${isHeld ? 'inside the mutex' : 'from outside'}`,
      prepares: ({ mutex }) => (isHeld ? mutex.lockSync() : undefined),
      does({ mutex, condition }) {
        if (count === 1) condition.notifySync(mutex)
        else condition.notifyAllSync(mutex)
        if (isHeld) mutex.unlock()
      },
      beforeItComes: (locks) => Array.from({ length: count }, () => waitsOn(locks)),
    })),
  ),
  {
    ...ofCondition,
    name: 'condition: waits, and gives up',
    prepares: ({ mutex }) => mutex.lockSync(),
    does({ mutex, condition }) {
      condition.waitSync(mutex, soon)
    },
  },
  ...[1, 2].map((count) => ({
    name: `event count: advances for ${count}`,
    locks: { lock: [EventCount] },
    does: ({ lock }) => lock.advanceSync(),
    waits: ({ lock }) => Array.from({ length: count }, () => lock.waitAsync(0)),
    mends({ lock }) {
      if (lock.read() === 0) lock.advanceSync()
    },
    then: ({ lock }) => lock.waitAsync(0, later),
  })),
  ...[1, 2].map((count) => ({
    name: `barrier: comes last, ${count} wait`,
    locks: { lock: [Barrier, { parties: count + 1 }] },
    does: ({ lock }) => lock.arriveSync(),
    waits: ({ lock }) => Array.from({ length: count }, () => lock.arriveAsync()),
    mends: ({ lock }) => lock.arriveAsync({ timeoutMs: 100 }).catch(forgiving(LockTimeout)),
    then: ({ lock }) =>
      Promise.all(Array.from({ length: count + 1 }, () => lock.arriveAsync(later))),
  })),
  {
    name: 'barrier: comes first, and gives up',
    locks: { lock: [Barrier, { parties: 2 }] },
    does: ({ lock }) => trying(() => lock.arriveSync(soon)),
    async then({ lock }) {
      const passed = await lock.arriveAsync({ timeoutMs: 100 }).catch((error) => error)
      if (!(passed instanceof LockTimeout)) throw new Error('one living party has passed alone')
      await Promise.all([lock.arriveAsync(later), lock.arriveAsync(later)])
    },
  },
  {
    name: 'once: does it, and another waits',
    locks: { lock: [Once] },
    // The other comes while it is done, if the doer lives that long.
    begins:
      ({ lock }) =>
      () =>
        lock.run(() => {}),
    does: ({ lock }) => lock.runSync(works),
    then: ({ lock }) => lock.run(() => {}, later),
  },
]

const ofDomain = [
  {
    name: 'domain: places a lock',
    locks: {},
    does: (_locks, domain) => void Mutex.create(domain),
    then(_locks, domain) {
      const lock = Mutex.create(domain)
      return enters(lock, lock)
    },
  },
  {
    name: 'domain: places a lock at an address',
    locks: {},
    does: (_locks, domain) => void Mutex.create(domain, { at: address(PLACE) }),
    then(_locks, domain) {
      const lock = Mutex.create(domain, { at: address(PLACE + 64) })
      return enters(lock, lock)
    },
  },
  { name: 'domain: opens it', locks: {}, opens: true },
  { name: 'domain: detaches', locks: {}, does: (_locks, domain) => detach(domain) },
]

const spinning = {
  name: 'spin mutex: locks and unlocks',
  locks: { lock: [SpinMutex] },
  does({ lock }) {
    lock.lockSync()
    lock.unlock()
  },
  then: ({ lock }) => enters(lock, lock),
  excuses: ({ lock }) => lock.owner() !== 0,
}

/** Where the domains of these runs have room that is not theirs. */
export const PLACE = (1 << 18) + 4096

/** @type {any[]} */
export const LOCK_POINTS = [
  ...mutexes,
  ...readersAndWriters,
  ...ACCOUNTABLE_POINTS,
  ...readMostly,
  ...events,
  ...ofDomain,
  spinning,
]
