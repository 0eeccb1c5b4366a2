import { Mutex, RmLock, RwLock, SpinMutex, Sx } from '@smpnet/sync'
import { epochKind } from './epoch-lock.ts'
import type { ListLockKind } from './list-lock.ts'
import { rendezvousOf } from './rendezvous-of.ts'
import { sectionKind } from './section-lock.ts'
import { seqcKind } from './seqc-lock.ts'
import { smrKind } from './smr-lock.ts'

/** Every kind of lock, in the order of the tables; a new one is a line here. */
const ALL: readonly ListLockKind[] = [
  sectionKind(
    'mutex',
    'mutex(9): one at a time, readers too; sleeps when its owner does',
    () => Mutex.bytes,
    ({ memory }, at) => both(new Mutex(memory, at)),
  ),
  sectionKind(
    'spin',
    'a spin mutex: one at a time; spins until it has it, and never sleeps',
    () => SpinMutex.bytes,
    ({ memory }, at) => both(new SpinMutex(memory, at)),
  ),
  sectionKind(
    'rwlock',
    'rwlock(9): every reader writes the lock’s word',
    () => RwLock.bytes,
    ({ memory }, at) => new RwLock(memory, at),
  ),
  sectionKind(
    'sx',
    'sx(9): the same, for holders that sleep',
    () => Sx.bytes,
    ({ memory }, at) => {
      const { shared, exclusive } = new Sx(memory, at)
      return { read: shared, write: exclusive }
    },
  ),
  sectionKind(
    'rmlock',
    'rmlock(9): readers store in a line of their CPU, a writer calls all that have read',
    (cpus) => RmLock.bytes(cpus),
    (cpu, at) => new RmLock(cpu.memory, at, cpu.cpus, rendezvousOf(cpu)),
  ),
  epochKind,
  smrKind,
  seqcKind,
]

export const lockKinds: ReadonlyMap<string, ListLockKind> = new Map(
  ALL.map((kind) => [kind.name, kind]),
)

/** A lock with one side, for readers and writers alike. */
function both<T>(section: T): { read: T; write: T } {
  return { read: section, write: section }
}
