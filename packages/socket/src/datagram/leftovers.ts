import { type Address, NIL } from '@smpnet/memory'
import type { Mbufs } from '@smpnet/mbuf'
import type { Waiter, Waiting } from '@smpnet/park'

/**
 * What plain code could not free at once, since this CPU has no room for it and the depot is to be
 * waited for: kept until the next call that may wait. It is one packet at most, since a try that
 * finds something kept and cannot free it either does nothing more.
 */
export class Leftovers {
  #kept: Address = NIL

  constructor(readonly mbufs: Mbufs) {}

  /** Frees a packet, or keeps what is left of it. Nothing is kept before: `tryFree` said so. */
  free(td: Waiter, packet: Address): void {
    this.#kept = this.mbufs.tryFree(td, packet)
  }

  /** Frees what is kept, in plain code; false when something is still kept. */
  tryFree(td: Waiter): boolean {
    if (this.#kept === NIL) return true
    this.#kept = this.mbufs.tryFree(td, this.#kept)
    return this.#kept === NIL
  }

  *freeAll(td: Waiter): Waiting {
    const kept = this.#kept
    if (kept === NIL) return
    this.#kept = NIL
    yield* this.mbufs.free(td, kept)
  }
}
