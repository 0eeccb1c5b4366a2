import { type Address, type Interrupt, type Memory, NIL } from '@smpnet/memory'
import type { Waiter } from '@smpnet/park'
import { Sleepers } from '../sleepers.ts'
import { DATAGRAM } from './layout.ts'

/**
 * How the receivers of one socket wait and are told: as `Sleepers` under the buffer's lock, and by
 * a count on which receivers spin.
 *
 * An error and the end come without the lock; the receiver looks for them once more after it has
 * said that it waits, and what brings them looks at the word after it has brought them.
 */
export class Arrivals extends Sleepers {
  /** What a receiver spins on. */
  readonly count: Address

  constructor(memory: Memory, socket: Address) {
    super(memory, socket + DATAGRAM.offset.waiting)
    this.count = socket + DATAGRAM.offset.arrivals
  }

  /** Something came: a receiver that spins looks again. */
  announce(): void {
    this.memory.add(this.count, 1)
  }

  /**
   * Stores what receivers are to see in the word at `at`, announces it and wakes them: all or
   * nothing, as `tryWake`.
   */
  tryBring(td: Waiter, at: Address, value: number): boolean {
    if (!this.memory.settled()) return false
    const queue = td.lot.tryLockQueue(this.at)
    if (queue === NIL) return false
    this.memory.store(at, value)
    this.announce()
    this.wakeFrom(td.lot, queue)
    return true
  }

  /** `wake` for the handler of an interrupt. Throws an Error when the queue is not let go. */
  wakeNow(_irq: Interrupt, lot: Waiter['lot']): void {
    if (this.isAwaited()) this.wakeFrom(lot, lot.lockQueueNow(this.at))
  }
}
