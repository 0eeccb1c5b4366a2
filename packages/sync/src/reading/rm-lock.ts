import type { Address, Memory } from '@smpnet/memory'
import type { Lot, Waiter, Waiting } from '@smpnet/park'
import type { LockHandle } from '../words/lock-kind.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import { RM_KIND as KIND } from './rm-kind.ts'
import { RmReadSide, RmWriteSide } from './rm-sides.ts'
import { type Rendezvous, RmWords } from './rm-words.ts'

/**
 * FreeBSD's rmlock(9), for what is read very often and written rarely: readers do not slow each
 * other down, and a writer pays for every CPU that has read. How it works stands above `RmWords`.
 */
export class RmLock extends RmWords {
  readonly read: RmReadSide
  readonly write: RmWriteSide

  /** The lock at `at` for `cpus` CPUs, all zero at first. */
  constructor(
    memory: Memory,
    at: Address,
    cpus: number,
    rendezvous?: Rendezvous,
    readonly domain?: SyncDomain,
  ) {
    super(memory, at, cpus, rendezvous)
    this.read = new RmReadSide(this, domain)
    this.write = new RmWriteSide(this, domain)
  }

  /** Places a rmlock with a line for every thread of the domain. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: Placing = {}): RmLock {
    expectDomain(domain, KIND, options)
    const { cpus } = domain
    const at = placeLock(KIND, domain, RmLock.bytes(cpus), options, RmWords.align)
    return new RmLock(domain.memory, at, cpus, undefined, domain)
  }

  /** Opens, in any thread, the rmlock that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): RmLock {
    const { domain, at } = openLock(KIND, handle, RmLock.bytes)
    return new RmLock(domain.memory, at, domain.cpus, undefined, domain)
  }

  /** The readers of CPU `number`, which has ended, are waited for no more. */
  *buryReaders(_td: Waiter, _lot: Lot, number: number): Waiting {
    this.bury(number)
  }

  /** Names this lock for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }
}
