import type { Address } from './address.ts'
import type { Memory } from './memory.ts'
import { SETTLE, SPIN, type Waiting } from './wait.ts'

/**
 * A word that is 0 when free and 1 when held, for sections of a few instructions. A section must
 * not yield: live it is then short, and simulated it happens at one instant, so that contention
 * for it shows as the price of its line.
 */
export class SpinLock {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  /** Whether the lock is the caller's now: it is not while another holds it, or before settling. */
  tryEnter(): boolean {
    return this.memory.settled() && this.memory.compareExchange(this.at, 0, 1) === 0
  }

  /** Spins until the lock is the caller's. */
  *enter(): Waiting {
    for (;;) {
      while (!this.memory.settled()) yield SETTLE
      if (this.memory.compareExchange(this.at, 0, 1) === 0) return
      yield SPIN
    }
  }

  exit(): void {
    this.memory.store(this.at, 0)
  }
}
