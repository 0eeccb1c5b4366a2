import type { Address, LiveMemory } from '@smpnet/memory'
import { AWAKE, SLEEPING, WAITER } from '../entry.ts'

/** How a waiter that was taken from its queue is told. A machine supplies one for its threads. */
export interface Waker {
  /**
   * Wakes the waiter whose entry is at `entry`. True when it is now runnable on the caller's own
   * CPU and more urgent than the caller, which should then yield `PREEMPT`.
   */
  wake(entry: Address): boolean
  /** Notifies a waiter that was woken, in case that its waker has ended before. */
  stir?(entry: Address): void
}

/**
 * Wakes threads that sleep on their own word. A waiter that still spins sees the word change, and
 * is not notified, since that costs the waker a lock and a search in the engine.
 */
export class NotifyWaker implements Waker {
  constructor(readonly memory: LiveMemory) {}

  wake(entry: Address): boolean {
    const state = entry + WAITER.offset.state
    if (this.memory.exchange(state, AWAKE) === SLEEPING) {
      Atomics.notify(this.memory.words, state >> 2, 1)
    }
    return false
  }

  stir(entry: Address): void {
    Atomics.notify(this.memory.words, (entry + WAITER.offset.state) >> 2, 1)
  }
}
