import type { DataRace } from '@smpnet/interleave'
import type { Address, Memory } from '@smpnet/memory'
import { type LockBySides, type LockEntry, lockTable } from '../../src/kinds/lock-table.ts'
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
  /** The same as the lock has it whose holder dies, if what that left can be mended. */
  readonly makeRobust: ModelKind['make'] | undefined
  /** Whether the word is its own, and not that of a kind above, of which all holds here, too. */
  readonly isNewWord: boolean
  /** Whether it stores plainly what other threads load. */
  readonly hasPlainStores: boolean
  /** Whether its first step may be a store, for which threads that are alike do not wait. */
  readonly beginsByStoring: boolean
  /** Whether two threads that are inside twice each have so many schedules that they take long. */
  readonly isLong: boolean
}

/** As many as a model has threads, and one of deaths. */
const CPUS = 3
export const ROBUST_CPUS = 4

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
  makeRobust: robust(entry),
  isNewWord: true,
  hasPlainStores: false,
  beginsByStoring: false,
  isLong: false,
  ...smaller[entry.name],
}))

/** The whole lock, for as many threads as a model of deaths has. */
function robust({ name, notPromised, over }: LockEntry): ModelKind['make'] | undefined {
  // One whose word is another's is found out with that.
  if (smaller[name]?.isNewWord === false) return undefined
  if ('what one that has ended inside left can be mended' in notPromised) return undefined
  return (memory, at) => over({ memory, at, cpus: ROBUST_CPUS })
}

/**
 * A read-mostly lock's reader exits by a plain store, and reads by atomic loads because of that;
 * the holder of a fifo spin lock writes its name for those that load it to find their own:
 * the checker is to report only what is plain on both sides.
 */
export function racesOf(kind: ModelKind) {
  if (!kind.hasPlainStores) return {}
  return { races: ({ first, second }: DataRace) => !first.isAtomic && !second.isAtomic }
}

/** Planted faults that must show in the models of a kind. */
export function canariesOf({ sleeps }: ModelKind): readonly Fault[] {
  return sleeps ? ['torn update', 'deaf sleeper', 'hasty sleeper'] : ['torn update']
}

/** Its mutex has models of its own, so that any lock of one word may stand in its place here. */
function rmlock(memory: Memory, at: Address): LockBySides {
  const lock = new RmLock(memory, at, CPUS)
  return Object.assign(lock, { lock, mutex: new SpinMutex(memory, at) })
}
