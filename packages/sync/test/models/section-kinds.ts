import type { Address, Memory } from '@smpnet/memory'
import { type LockBySides, lockTable } from '../../src/kinds/lock-table.ts'
import { RmLock } from '../../src/reading/rm-lock.ts'
import { SpinMutex } from '../../src/locks/spin-mutex.ts'
import type { Fault } from '@smpnet/park/model'

/** A lock of the table, as its models have it. */
export interface ModelKind {
  readonly name: string
  readonly bytes: number
  readonly make: (memory: Memory, at: Address) => LockBySides
  /** Whether who waits for it sleeps. */
  readonly sleeps: boolean
  /** Whether what a dead holder left can be mended. */
  readonly isRobust: boolean
  /** Whether the word is its own, and not that of a kind above, of which all holds here, too. */
  readonly isNewWord: boolean
  /** Whether it stores plainly what other threads load. */
  readonly hasPlainStores: boolean
  /** Whether its first step may be a store, for which threads that are alike do not wait. */
  readonly beginsByStoring: boolean
  /** Whether two threads that are inside twice each have so many schedules that they take long. */
  readonly isLong: boolean
}

/** As many as a model has threads. */
const CPUS = 3

/** What can be said of a lock to make its models smaller; one of which nothing is has them all. */
const smaller: Readonly<Record<string, Partial<ModelKind>>> = {
  sx: { isNewWord: false },
  rmlock: { make: rmlock, sleeps: false, hasPlainStores: true, beginsByStoring: true },
  ticket: { hasPlainStores: true },
  mcs: { hasPlainStores: true, isLong: true },
}

/** Every lock that is entered and exited. */
export const sectionKinds: readonly ModelKind[] = lockTable.map((entry) => ({
  name: entry.name,
  bytes: entry.bytes(CPUS),
  make: (memory, at) => entry.over({ memory, at, cpus: CPUS }),
  sleeps: entry.notPromised['who waits for long sleeps'] === undefined,
  isRobust: entry.notPromised['what one that has ended inside left can be mended'] === undefined,
  isNewWord: true,
  hasPlainStores: false,
  beginsByStoring: false,
  isLong: false,
  ...smaller[entry.name],
}))

/** Planted faults that must show in the models of a kind. */
export function canariesOf({ sleeps }: ModelKind): readonly Fault[] {
  return sleeps ? ['torn update', 'deaf sleeper', 'hasty sleeper'] : ['torn update']
}

/** Its mutex has models of its own, so that any lock of one word may stand in its place here. */
function rmlock(memory: Memory, at: Address): LockBySides {
  const lock = new RmLock(memory, at, CPUS)
  return Object.assign(lock, { lock, mutex: new SpinMutex(memory, at) })
}
