import type { Address } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { LockMaker } from '@smpnet/stack'

/**
 * What protects a list that is read often and changed rarely, as one thread uses it. A reader
 *
 *     if (!lock.tryRead(td)) yield* lock.read(td)
 *     … looks at the list by `load` …
 *     let ended = lock.tryEndRead(td)
 *     if (ended === LATER) ended = yield* lock.endRead(td)
 *
 * and, if it ended `TORN`, does it again, for what it saw may be half written. A writer is between
 * `write` and `endWrite`, and gives what it took out of the list to `retire`.
 */
export interface ListLock {
  tryRead(td: Thread): boolean
  read(td: Thread): Waiting<unknown>
  tryEndRead(td: Thread): Ended
  endRead(td: Thread): Waiting<Ended>
  write(td: Thread): Waiting<unknown>
  endWrite(td: Thread): Waiting<unknown>
  /** Takes an entry that is no longer in the list; some reader may see it still. */
  retire(entry: Address): void
  /** An entry that nobody can see; waits until there is one, if it must. */
  spare(td: Thread): Waiting<Address>
}

/** How a reader's section ended. */
export type Ended = number

/** It did not: it has to wait before it can. */
export const LATER: Ended = 0
/** What was read is whole. */
export const WHOLE: Ended = 1
/** A writer came between: what was read may be half written. */
export const TORN: Ended = 2

/** A kind of lock, as the registry has it. */
export interface ListLockKind {
  readonly name: string
  readonly summary: string
  /** Whether readers write no line that other CPUs write. */
  readonly hasReadersApart: boolean
  /** Bytes of one such lock on a machine of so many CPUs, all zero at first. */
  bytes(cpus: number): number
  /** The lock at an address, for one thread. */
  open(site: ListLockSite): ListLock
}

/** Where a lock is, for the threads of one CPU. */
export interface ListLockSite {
  readonly cpu: Cpu
  readonly at: Address
  /** Entries for its writes, that nobody can see. */
  readonly spares: Address[]
  /** Makes what is entered and exited into what the job asks for. */
  readonly locks: LockMaker
  /** What reports call it: what it protects. */
  readonly named: string
}
