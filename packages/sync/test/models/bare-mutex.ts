import { Mutex } from '../../src/locks/mutex.ts'
import { type Outcome, SETTLE, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import type { TurnMemory } from '@smpnet/park/model'

const FREE = 0
const EVERYBODY = 0x7fffffff

/**
 * The least that is a mutex for who waits with it: one has it, others come in when it is free, in
 * any order, and who was put into its queue is woken by an exit after that, and comes like the
 * rest. It wakes all of them at once, which the real one does one by one: here they can come in
 * all the orders in which they can there, and in others. That the real one is such a lock is shown
 * by its own models; each of its enters and exits has so many schedules that those of what waits
 * with it are lost among them.
 */
export class BareMutex extends Mutex {
  override tryEnter(): boolean {
    return false
  }

  override *enter(td: Waiter): Waiting<Outcome> {
    while (!this.memory.settled()) yield SETTLE
    ;(this.memory as TurnMemory).acquire(this.at, td.at)
    return WOKEN
  }

  override *exit(td: Waiter): Waiting {
    const { memory, at } = this
    if (memory.compareExchange(at, td.at, FREE) === td.at) return
    const queue = yield* td.lot.lockQueue(at)
    const chain = td.lot.take(queue, at, EVERYBODY)
    memory.store(at, FREE)
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(chain)
  }
}
