import type { Address, Memory } from '@smpnet/memory'
import { FOREVER, SETTLE, type Until, type Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'

const ALL = 0x7fffffff

/**
 * The slices of one CPU, which are over at the latest when the leader's are. Slices are counted by
 * each CPU, since one may have begun the next when the leader says that this one is over. The word
 * is (x): the leader writes it, and all others wait for it.
 */
export class Rounds {
  #round = 0

  constructor(
    readonly memory: Memory,
    /** A word that counts the slices that the leader has ended. */
    readonly ended: Address,
  ) {}

  begin(): void {
    this.#round++
  }

  /** Whether the leader has ended this slice. */
  get isOver(): boolean {
    return this.memory.load(this.ended) >= this.#round
  }

  /** Waits until the leader ends a slice, or until the limit. */
  *wait(td: Thread, limit: Until = FOREVER): Waiting {
    while (!this.memory.settled()) yield SETTLE
    const now = this.memory.load(this.ended)
    if (now < this.#round) yield* td.lot.park(td, this.ended, this.ended, now, limit)
  }

  /** Ends a slice for all, as its leader. */
  *end(td: Thread): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.memory.store(this.ended, this.#round)
    yield* td.lot.unpark(this.ended, ALL)
  }
}
