import { alone, both, entry, type Exceptions, type LockEntry } from './lock-entry.ts'
import { McsLock } from '../locks/mcs-lock.ts'
import { Mutex } from '../locks/mutex.ts'
import { RmLock } from '../reading/rm-lock.ts'
import { RwLock } from '../locks/rw-lock.ts'
import { SpinMutex } from '../locks/spin-mutex.ts'
import { Sx } from '../locks/sx.ts'
import { TicketLock } from '../locks/ticket-lock.ts'
import { Ledger, ledgerAt } from '../words/ledger.ts'

/**
 * Every lock that is entered and exited, a line each. All that is done with every kind of lock runs
 * over this table: the case suites, the models, the benches of this package, and the comparisons of
 * `netperf`. It has an entry of its own, `@smpnet/sync/kinds`, so that a user of one lock does not
 * load what is said here about all.
 */

const nobodySleeps = 'nobody sleeps for it: its sections are a few instructions'

/** What a lock that its waiters only spin for leaves out. */
export const SPINS = {
  notPromised: {
    'who waits for long sleeps': nobodySleeps,
    'who waits for long lends its priority': nobodySleeps,
    'who waits for one that has ended inside is told': nobodySleeps,
    'who comes after one that has ended inside is told': nobodySleeps,
    'what one that has ended inside left can be mended': nobodySleeps,
  },
} as const satisfies { readonly notPromised: Exceptions }

/** What a lock leaves out besides whose waiters spin in a queue. */
const QUEUES: { readonly notPromised: Exceptions } = {
  notPromised: {
    ...SPINS.notPromised,
    'one that has ended waiting keeps nobody out':
      'its turn comes, and it alone could hand the lock on to those behind it',
  },
}

/** What a lock that only counts its readers leaves out. */
const COUNTS: { readonly notPromised: Exceptions } = {
  notPromised: {
    'a reader that has ended inside keeps nobody out':
      'a count of readers does not say who they are',
  },
}

/** In the order in which tables show them. */
export const lockTable: readonly LockEntry[] = [
  entry('mutex', Mutex, alone, 'mutex(9): one at a time; sleeps when its owner does', {
    over: ({ memory, at, backoff }) => new Mutex(memory, at, { ...(backoff && { backoff }) }),
  }),
  entry('spin', SpinMutex, alone, 'one at a time; spins until it has it', {
    ...SPINS,
    over: ({ memory, at, backoff }) => new SpinMutex(memory, at, undefined, backoff),
  }),
  entry(
    'ticket',
    TicketLock,
    alone,
    'one at a time, in the order of tickets; all spin on a line',
    {
      ...QUEUES,
      over: ({ memory, at, backoff }) => new TicketLock(memory, at, undefined, backoff),
    },
  ),
  entry('mcs', McsLock, alone, 'one at a time, in a list; each spins on a line of its own', {
    ...QUEUES,
    over: ({ memory, at, cpus, backoff }) => new McsLock(memory, at, cpus, undefined, backoff),
  }),
  entry('rwlock', RwLock, both, 'rwlock(9): every reader writes the lock’s word', {
    ...COUNTS,
    ledgerBytes: (lot) => Ledger.bytes(lot),
    over: ({ memory, at, backoff, lot }) =>
      new RwLock(memory, at, undefined, backoff, ledgerAt(memory, at + RwLock.bytes, lot)),
  }),
  entry(
    'sx',
    Sx,
    ({ shared, exclusive }) => ({ read: shared, write: exclusive }),
    'sx(9): the same, for holders that sleep',
    {
      ...COUNTS,
      ledgerBytes: (lot) => Ledger.bytes(lot),
      over: ({ memory, at, backoff, lot }) =>
        new Sx(memory, at, undefined, backoff, ledgerAt(memory, at + Sx.bytes, lot)),
    },
  ),
  entry(
    'rmlock',
    RmLock,
    both,
    'rmlock(9): readers store in a line of their CPU, a writer calls all that have read',
    {
      over: ({ memory, at, cpus, rendezvous }) => new RmLock(memory, at, cpus, rendezvous),
      hasReadersApart: true,
      notPromised: {
        'no reader passes a writer that waits':
          'readers of one thread are readers of one CPU, which enter without its token',
      },
    },
  ),
]

export {
  alone,
  both,
  entry,
  type Exceptions,
  type Lock,
  type LockBySides,
  type LockClass,
  type LockEntry,
  type LockSite,
  type Particulars,
  type PlainLockClass,
  type Promised,
  type Sides,
} from './lock-entry.ts'
