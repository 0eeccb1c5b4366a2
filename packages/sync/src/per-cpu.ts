import type { Address, Memory } from '@smpnet/memory'
import { Placed } from './placed.ts'
import type { SyncDomain } from './sync-domain.ts'

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
}
