import { type Address, type Interrupt, type Memory, NIL } from '@smpnet/memory'
import { type Outcome, SETTLE, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { DATAGRAM } from './layout.ts'

const WAITS = 1
/** How many are woken: all, as by wakeup(9). */
const ALL = 0x7fffffff

/**
 * How the receivers of one socket wait and are told, by two words.
 *
 * A receiver that finds nothing says that it waits while it still holds the buffer's lock, lets go,
 * and parks while the word says so. What is delivered is appended under the same lock: it comes
 * before the receiver looked, or its deliverer sees that somebody waits. An error and the end come
 * without the lock; the receiver looks for them once more after it has said that it waits, and
 * what brings them looks at the word after it has brought them. Between letting go and sleeping a
 * waker may clear the word, which the parking lot's own check finds. A cleared word is another
 * number than any before, so that a receiver that was late is never mistaken for a later one.
 *
 * All sleepers are woken, not one. A receiver that was woken may have died or given up, or be
 * about other work for long; a wake that was meant for it alone would be lost with it, while a
 * datagram lies there and others sleep. The price is paid where several receivers sleep at one
 * socket: those that come too late find nothing and sleep again.
 */
export class Arrivals {
  /** What a receiver spins on. */
  readonly count: Address
  readonly #waiting: Address

  constructor(
    readonly memory: Memory,
    socket: Address,
  ) {
    this.count = socket + DATAGRAM.offset.arrivals
    this.#waiting = socket + DATAGRAM.offset.waiting
  }

  /** Something came: a receiver that spins looks again. */
  announce(): void {
    this.memory.add(this.count, 1)
  }

  /** Whether somebody may sleep, and is to be woken. */
  isAwaited(): boolean {
    return (this.memory.load(this.#waiting) & WAITS) !== 0
  }

  /** The same for a holder of the buffer's lock, under which receivers say so. */
  isAwaitedUnderLock(): boolean {
    return (this.memory.read(this.#waiting) & WAITS) !== 0
  }

  /** Says that the caller is about to sleep, with the buffer's lock held; for `park`. */
  sayWaiting(): number {
    return this.memory.or(this.#waiting, WAITS) | WAITS
  }

  /** Sleeps until a waker comes; not if one has come since `sayWaiting` gave `word`. */
  park(td: Waiter, word: number, until: Until): Waiting<Outcome> {
    return td.lot.park(td, this.#waiting, this.#waiting, word, until)
  }

  /** Wakes all that sleep. False, having done nothing, when that cannot be done without a wait. */
  tryWake(td: Waiter): boolean {
    if (!this.memory.settled()) return false
    if (!this.isAwaited()) return true
    const queue = td.lot.tryLockQueue(this.#waiting)
    if (queue === NIL) return false
    this.#wakeFrom(td.lot, queue)
    return true
  }

  /**
   * Stores what receivers are to see in the word at `at`, announces it and wakes them: all or
   * nothing, as `tryWake`.
   */
  tryBring(td: Waiter, at: Address, value: number): boolean {
    if (!this.memory.settled()) return false
    const queue = td.lot.tryLockQueue(this.#waiting)
    if (queue === NIL) return false
    this.memory.store(at, value)
    this.announce()
    this.#wakeFrom(td.lot, queue)
    return true
  }

  /** Wakes all that sleep. Never parks. */
  *wake(td: Waiter): Waiting {
    const { lot } = td
    while (!this.memory.settled()) yield SETTLE
    if (!this.isAwaited()) return
    const queue = yield* lot.lockQueue(this.#waiting)
    this.#clear()
    const chain = lot.take(queue, this.#waiting, ALL)
    lot.unlockQueue(queue)
    yield* lot.wake(chain)
  }

  /** `wake` for the handler of an interrupt. Throws an Error when the queue is not let go. */
  wakeNow(_irq: Interrupt, lot: Waiter['lot']): void {
    if (this.isAwaited()) this.#wakeFrom(lot, lot.lockQueueNow(this.#waiting))
  }

  /** Takes all out of a queue that is held, lets it go, and wakes them. */
  #wakeFrom(lot: Waiter['lot'], queue: Address): void {
    this.#clear()
    const chain = lot.take(queue, this.#waiting, ALL)
    lot.unlockQueue(queue)
    // One that is more urgent than the caller runs at the caller's next yield.
    lot.wakeNow(chain)
  }

  /** For the holder of the queue: of two wakers, one finds that it is cleared. */
  #clear(): void {
    const { memory } = this
    if ((memory.load(this.#waiting) & WAITS) !== 0) memory.add(this.#waiting, 1)
  }
}
