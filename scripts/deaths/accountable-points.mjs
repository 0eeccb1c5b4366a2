import { RwLock, Semaphore, Sx } from '@smpnet/sync'
import { enters, held, soon, takes, trying } from './point-parts.mjs'

/** Kinds that have readers, and the names of their sides. */
const READ_AND_WRITTEN = [
  { kind: 'rwlock', Kind: RwLock, read: 'read', write: 'write' },
  { kind: 'sx', Kind: Sx, read: 'shared', write: 'exclusive' },
]

/** What those that are counted do at locks that keep a ledger of them. */
export const ACCOUNTABLE_POINTS = [
  ...READ_AND_WRITTEN.flatMap(({ kind, Kind, read, write }) => {
    const of = {
      locks: { lock: [Kind, { accountable: true }] },
      then: ({ lock }) => enters(lock, lock[write]),
    }
    return [
      {
        ...of,
        name: `accountable ${kind}: reads twice`,
        does({ lock }) {
          lock[read].lockSync()
          lock[read].lockSync()
          lock[read].unlock()
          lock[read].unlock()
        },
      },
      ...['w', 'rw', 'wr', 'ww'].map((waiters) => ({
        ...of,
        name: `accountable ${kind}: unreads for ${waiters}`,
        prepares: ({ lock }) => lock[read].lockSync(),
        does: ({ lock }) => lock[read].unlock(),
        waits: ({ lock }) =>
          [...waiters].map((one) => enters(lock, one === 'r' ? lock[read] : lock[write])),
      })),
      ...['r', 'rw', 'rr'].map((waiters) => ({
        ...of,
        name: `accountable ${kind}: unwrites for ${waiters}`,
        prepares: ({ lock }) => lock[write].lockSync(),
        does: ({ lock }) => lock[write].unlock(),
        waits: ({ lock }) =>
          [...waiters].map((one) => enters(lock, one === 'r' ? lock[read] : lock[write])),
      })),
      {
        ...of,
        ...held((lock) => lock[write]),
        name: `accountable ${kind}: reads what another writes`,
        does({ lock }) {
          lock[read].lockSync()
          lock[read].unlock()
        },
        waits: ({ lock }) => [enters(lock, lock[read]), enters(lock, lock[write])],
      },
      {
        ...of,
        ...held((lock) => lock[read]),
        name: `accountable ${kind}: reads beside another, before a writer`,
        does: ({ lock }) => trying(() => lock[read].lockSync(soon)),
        waits: ({ lock }) => [enters(lock, lock[write])],
      },
    ]
  }),
  {
    locks: { lock: [Sx, { accountable: true }] },
    then: ({ lock }) => enters(lock, lock.exclusive),
    name: 'accountable sx: upgrades, downgrades, and lets go, for a reader and a writer',
    prepares: ({ lock }) => lock.shared.lockSync(),
    does({ lock }, _domain, guard) {
      lock.downgradeSync(lock.upgradeSync(guard) ?? guard).unlock()
    },
    waits: ({ lock }) => [enters(lock, lock.shared)],
  },
  ...[1, 3].map((count) => ({
    ...accountableSemaphore(3),
    name: `accountable semaphore: takes and gives back ${count}`,
    does({ lock }) {
      lock.acquireSync(count)
      lock.releaseSync(count)
    },
  })),
  {
    ...accountableSemaphore(3),
    name: 'accountable semaphore: releases for two',
    prepares: ({ lock }) => lock.acquireSync(3),
    does: ({ lock }) => lock.releaseSync(3),
    waits: ({ lock }) => [takes(lock, 2), takes(lock, 1)],
  },
  {
    ...accountableSemaphore(3),
    begins({ lock }) {
      lock.acquireSync(2)
      return () => lock.releaseSync(2)
    },
    name: 'accountable semaphore: waits for two, before another',
    does({ lock }) {
      lock.acquireSync(2)
      lock.releaseSync(2)
    },
    waits: ({ lock }) => [takes(lock, 3)],
  },
]

function accountableSemaphore(permits) {
  return {
    locks: { lock: [Semaphore, { permits, accountable: true }] },
    async then({ lock }) {
      await takes(lock, permits)
      if (lock.available() !== permits)
        throw new Error(`${lock.available()} of ${permits} are left`)
    },
  }
}
