import { type Address, type Memory, NIL } from '@smpnet/memory'
import { type Outcome, SETTLE, type Until, type Waiter, type Waiting } from '@smpnet/park'

const WAITS = 1
/** How many are woken: all, as by wakeup(9). */
const ALL = 0x7fffffff

/**
 * How threads sleep for something under a lock, and are told, by one word, which is odd while some
 * may sleep.
 *
 * A thread that finds nothing says that it waits while it still holds the lock, lets go, and parks
 * while the word says so. What it waits for comes about under the same lock: before the thread has
 * looked, or the one that brings it sees that somebody waits. Between letting go and sleeping a
 * waker may clear the word, which the parking lot's own check finds. A cleared word is another
 * number than any before, so that a thread that was late is never mistaken for a later one.
 *
 * All sleepers are woken, not one. A thread that was woken may have died or given up, or be about
 * other work for long; a wake that was meant for it alone would be lost with it. The price is paid
 * where several sleep for one thing: those that come too late find nothing and sleep again.
 */
export class Sleepers {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  /** Whether somebody may sleep, and is to be woken. */
  isAwaited(): boolean {
    return (this.memory.load(this.at) & WAITS) !== 0
  }

  /** The same for a holder of the lock, under which sleepers say so. */
  isAwaitedUnderLock(): boolean {
    return (this.memory.read(this.at) & WAITS) !== 0
  }

  /** Says that the caller is about to sleep, with the lock held; for `park`. */
  sayWaiting(): number {
    return this.memory.or(this.at, WAITS) | WAITS
  }

  /** Sleeps until a waker comes; not if one has come since `sayWaiting` gave `word`. */
  park(td: Waiter, word: number, until: Until): Waiting<Outcome> {
    return td.lot.park(td, this.at, this.at, word, until)
  }

  /** Wakes all that sleep. False, having done nothing, when that cannot be done without a wait. */
  tryWake(td: Waiter): boolean {
    if (!this.memory.settled()) return false
    if (!this.isAwaited()) return true
    const queue = td.lot.tryLockQueue(this.at)
    if (queue === NIL) return false
    this.wakeFrom(td.lot, queue)
    return true
  }

  /** Wakes all that sleep. Never parks. */
  *wake(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    if (this.isAwaited()) yield* this.wakeSurely(td)
  }

  /**
   * Wakes all that sleep, also those whose waker has died after it cleared the word. Never parks.
   */
  *wakeSurely(td: Waiter): Waiting {
    const { lot } = td
    const queue = yield* lot.lockQueue(this.at)
    this.#clear()
    const chain = lot.take(queue, this.at, ALL)
    lot.unlockQueue(queue)
    yield* lot.wake(chain)
  }

  /** Takes all out of a queue that is held, lets it go, and wakes them. */
  protected wakeFrom(lot: Waiter['lot'], queue: Address): void {
    this.#clear()
    const chain = lot.take(queue, this.at, ALL)
    lot.unlockQueue(queue)
    // One that is more urgent than the caller runs at the caller's next yield.
    lot.wakeNow(chain)
  }

  /** For the holder of the queue: of two wakers, one finds that it is cleared. */
  #clear(): void {
    const { memory } = this
    if ((memory.load(this.at) & WAITS) !== 0) memory.add(this.at, 1)
  }
}
