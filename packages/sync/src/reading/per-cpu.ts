import type { Address, Memory } from '@smpnet/memory'
import { homeOf } from '../offered/offered.ts'
import { Placed } from '../domain/placed.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import type { Waiter } from '@smpnet/park'

/**
 * What has a part for every CPU, which that CPU alone writes. The part is found by `cpu` of a place
 * that the caller gives, read anew at each call: nothing here keeps a number.
 */
export abstract class PerCpu extends Placed {
  /** The structure at `at` for `cpus` CPUs, all zero at first. */
  constructor(
    memory: Memory,
    at: Address,
    readonly cpus: number,
    domain?: SyncDomain,
  ) {
    super(memory, at, domain)
  }

  /** Where a plain thread is, for good. Throws LockMisuse when this was made without a domain. */
  protected get here(): Waiter {
    return homeOf(this).here
  }
}
