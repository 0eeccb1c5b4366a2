import { Mutex } from '../../src/locks/mutex.ts'
import { type Outcome, SETTLE, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import type { TurnMemory } from '@smpnet/park/model'

/**
 * The real mutex, with its queue and its exits, for those who wait with it and come back; who comes
 * without having waited does not queue, but comes in when it is free and nobody is left in the
 * queue. What newcomers do there among others is shown by the mutex's own models, and by those of
 * a condition over the real one for everybody; they have most of the schedules of these.
 */
export class OrderlyMutex extends Mutex {
  #isBack = false

  /** From now on the thread whose object this is comes back. */
  goAway(): void {
    this.#isBack = true
  }

  override *enter(td: Waiter): Waiting<Outcome> {
    if (this.#isBack) return yield* super.enter(td)
    while (!this.memory.settled()) yield SETTLE
    ;(this.memory as TurnMemory).acquire(this.at, td.at)
    return WOKEN
  }
}
