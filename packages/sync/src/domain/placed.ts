import type { Address, Memory } from '@smpnet/memory'
import type { Home, Named } from '../offered/offered.ts'
import type { SyncDomain } from './sync-domain.ts'

/** What is at an address: shared words, and an object for them in each thread that uses them. */
export abstract class Placed implements Named {
  constructor(
    readonly memory: Memory,
    /** Where its words are. */
    readonly at: Address,
    /** What placed it; nothing did when only kernel threads use it. */
    readonly domain?: SyncDomain,
  ) {}

  /** What messages call it. */
  abstract name(): string

  /** Where it finds the waiter of its caller. */
  get home(): Home | undefined {
    return this.domain
  }
}
