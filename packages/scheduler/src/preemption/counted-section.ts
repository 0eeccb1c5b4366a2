import { type Outcome, OWNER_DIED, PREEMPT, type Until, type Waiting, WOKEN } from '@smpnet/park'
import type { Thread } from '../thread/thread.ts'

/** What can be counted: a mutex, or a side of a lock that has two. */
export interface Countable {
  tryEnter(td: Thread): boolean
  enter(td: Thread, until?: Until): Waiting<Outcome>
  tryExit(td: Thread): boolean
  exit(td: Thread): Waiting
  /** What it protects is whole again, after `enter` has said OWNER_DIED, if it ever does. */
  recover?(td: Thread): void
}

/**
 * A lock that its holder counts, so that a wakeup policy can see whether a waker holds any lock:
 * the policy `deferred-to-unlock` switches where the last of them is released. Used like the lock:
 *
 *     if (!section.tryEnter(td)) yield* section.enter(td)
 *     if (!section.tryExit(td)) yield* section.exit(td)
 */
export class CountedSection implements Countable {
  constructor(readonly lock: Countable) {}

  tryEnter(td: Thread): boolean {
    if (!this.lock.tryEnter(td)) return false
    td.held++
    return true
  }

  *enter(td: Thread, until?: Until): Waiting<Outcome> {
    const outcome = yield* this.lock.enter(td, until)
    // A lock whose owner died inside is held all the same, by a thread that may mend it.
    if (outcome === WOKEN || outcome === OWNER_DIED) td.held++
    return outcome
  }

  recover(td: Thread): void {
    this.lock.recover?.(td)
  }

  /** False when a switch is due here, or a waiter has to be woken: then `yield* exit(td)`. */
  tryExit(td: Thread): boolean {
    if (td.held === 1 && td.owesPreemption()) return false
    if (!this.lock.tryExit(td)) return false
    td.held--
    return true
  }

  *exit(td: Thread): Waiting {
    if (!this.lock.tryExit(td)) yield* this.lock.exit(td)
    if (--td.held === 0 && td.owesPreemption()) yield PREEMPT
  }
}
