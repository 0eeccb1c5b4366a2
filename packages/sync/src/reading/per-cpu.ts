import type { Address, Memory } from '@smpnet/memory'
import { homeOf } from '../offered/offered.ts'
import { Placed } from '../offered/placed.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/** What has a part for every CPU, which that CPU alone writes. */
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

  /** The number of this thread. Throws LockMisuse when it was made without a domain. */
  protected get thread(): number {
    return homeOf(this).here.lot.cpu
  }
}
