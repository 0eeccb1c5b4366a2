import { LockMisuse } from '../errors.ts'
import type { Guard } from './guard.ts'
import { Section } from './section.ts'
import type { Waiter } from '@smpnet/park'

/**
 * A section that several waiters may be in at once. The lock's word counts them and does not name
 * them; so that a thread cannot exit for another, its own object counts how often this thread is
 * inside.
 */
export abstract class SharedSection extends Section {
  #inside = 0

  override leave(td: Waiter): void {
    this.left(td)
    try {
      super.leave(td)
    } catch (error) {
      if (td === this.home?.here) this.#inside++
      throw error
    }
  }

  protected override entered(here: Waiter): Guard {
    this.#inside++
    return super.entered(here)
  }

  protected override left(td: Waiter): void {
    if (td !== this.home?.here) return
    if (this.#inside === 0) {
      throw new LockMisuse(`${this.name()} is unlocked by who is inside: this thread is not`)
    }
    this.#inside--
  }
}
