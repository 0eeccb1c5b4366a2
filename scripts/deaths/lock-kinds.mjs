import {
  Condition,
  Counter,
  Epoch,
  EventCount,
  Mutex,
  Once,
  RmLock,
  RwLock,
  Semaphore,
  Seqc,
  Smr,
  Sx,
} from '@smpnet/sync'

/**
 * Each kind of lock: of what classes its world consists, and the step that survivors and victims
 * make again and again. A step is given the opened locks and a `Life`. What is not promised when a
 * holder dies, victims leave to survivors, and the reason stands there.
 */
export const KINDS = {
  mutex: {
    locks: { lock: [Mutex] },
    step: ({ lock }, life) => life.excluding(lock, lock),
  },
  'mutex, awaited': {
    locks: { lock: [Mutex] },
    isAwaited: true,
    step: ({ lock }, life) => life.excludingTask(lock, lock),
  },
  rwlock: {
    locks: { lock: [RwLock] },
    step({ lock }, life) {
      // A reader of this one is only counted: one that died would stay inside.
      if (life.isSurvivor && life.random() < 0.5) life.looking(lock, lock.read)
      else life.excluding(lock, lock.write)
    },
  },
  'rwlock, awaited': {
    locks: { lock: [RwLock] },
    isAwaited: true,
    step: ({ lock }, life) => life.excludingTask(lock, lock.write),
  },
  sx: {
    locks: { lock: [Sx] },
    step({ lock }, life) {
      if (life.isSurvivor && life.random() < 0.5) life.looking(lock, lock.shared)
      else life.excluding(lock, lock.exclusive)
    },
  },
  'rwlock, accountable': {
    locks: { lock: [RwLock, { accountable: true }] },
    step({ lock }, life) {
      if (life.random() < 0.6) life.looking(lock, lock.read)
      else life.excluding(lock, lock.write)
    },
  },
  'sx, accountable, awaited': {
    locks: { lock: [Sx, { accountable: true }] },
    isAwaited: true,
    async step({ lock }, life) {
      if (life.random() < 0.6) await life.lookingTask(lock, lock.shared)
      else await life.excludingTask(lock, lock.exclusive)
    },
  },
  rmlock: {
    locks: { lock: [RmLock] },
    step({ lock }, life) {
      // A writer that died inside closes an rmlock for good.
      if (!life.isSurvivor || life.random() < 0.5) life.looking(lock, lock.read)
      else life.excluding(lock, lock.write)
    },
  },
  semaphore: {
    locks: { semaphore: [Semaphore, { permits: 8 }] },
    // One permit is never there, so that the victims, which want all, can but wait.
    begin: ({ semaphore }) => semaphore.acquireSync(1),
    end: ({ semaphore }) => semaphore.releaseSync(1),
    free: ({ semaphore }) => semaphore.available() === 8,
    step({ semaphore }, life) {
      const count = life.isSurvivor ? 1 + life.below(3) : 8
      life.trying(() => {
        semaphore.acquireSync(count, life.limit())
        life.work()
        semaphore.releaseSync(count)
      })
    },
  },
  'semaphore, accountable': {
    locks: { semaphore: [Semaphore, { permits: 4, accountable: true }] },
    free: ({ semaphore }) => semaphore.available() === 4,
    step({ semaphore }, life) {
      const count = 1 + life.below(4)
      life.trying(() => {
        semaphore.acquireSync(count, life.limit())
        life.among(count, 4)
        semaphore.releaseSync(count)
      })
    },
  },
  condition: {
    locks: { mutex: [Mutex], condition: [Condition] },
    step: ({ mutex, condition }, life) => life.notifying(mutex, condition),
  },
  'event count': {
    locks: { count: [EventCount] },
    step({ count }, life) {
      const seen = count.read()
      if (life.random() < 0.5) count.advanceSync()
      // Nobody may come after the last survivor, so that its wait has an end of its own.
      else life.trying(() => count.waitSync(seen, { timeoutMs: 2 }))
    },
  },
  once: {
    locks: { one: [Once], other: [Once], mutex: [Mutex] },
    step({ one, other }, life) {
      life.trying(() => one.runSync(() => life.work(), life.limit()))
      life.trying(() => other.runSync(() => life.fails(), life.limit()))
    },
  },
  seqc: {
    locks: { mutex: [Mutex], seqc: [Seqc] },
    step: ({ mutex, seqc }, life) => life.versioning(mutex, seqc),
  },
  epoch: {
    locks: { epoch: [Epoch] },
    step({ epoch }, life) {
      if (life.isSurvivor && life.random() < 0.1) return epoch.waitSync()
      epoch.enterSync()
      life.work()
      epoch.exitSync()
    },
  },
  smr: {
    locks: { smr: [Smr] },
    step({ smr }, life) {
      if (life.isSurvivor && life.random() < 0.1) return smr.waitSync()
      smr.enterSync()
      life.work()
      smr.exitSync()
    },
  },
  counter: {
    locks: { counter: [Counter] },
    step({ counter }, life) {
      // Large, so that each second one carries, which takes several writes.
      counter.increment(2 ** 30)
      if (life.isSurvivor && life.random() < 0.1) counter.sum()
    },
  },
}

/** The locks of a kind, made in `domain`. */
export function made(kind, domain) {
  return mapped(kind, (_name, [Kind, options = {}]) => Kind.create(domain, options))
}

/** The same locks, opened by their handles. */
export function opened(kind, handles) {
  return mapped(kind, (name, [Kind]) => Kind.open(handles[name]))
}

function mapped(kind, of) {
  const entries = Object.entries(KINDS[kind].locks)
  return Object.fromEntries(entries.map(([name, what]) => [name, of(name, what)]))
}
