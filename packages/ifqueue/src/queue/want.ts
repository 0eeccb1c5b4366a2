import type { Address, LiveMemory } from '@smpnet/memory'
import { ABORTED, finish, TIMED_OUT, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { WOULD_BLOCK } from '../records/cells.ts'

const EVERYBODY = 0x7fffffff

/** What is waited for: a try, and the word that changes before it can be done. */
export interface Awaited {
  /** Does it, or says WOULD_BLOCK. */
  attempt(): number
  /** Throws what ends the wait besides: nobody is left that could end it. */
  check(): void
  readonly watched: Address
  readonly seen: number
}

/**
 * How the consumers of a queue wait for records, or its producers for space: a word that is 1 while
 * one of them may sleep.
 *
 * A waiter sets the word, tries once more, and parks on it if it is still set. A thread of the other
 * side makes its change and then looks at the word. All are sequentially consistent, so that one of
 * the two sees the other (Dekker), and the lot's own check closes the gap between looking and
 * sleeping. All that sleep are woken, not one: one that was chosen may end before it has tried.
 */
export class Want {
  constructor(
    readonly memory: LiveMemory,
    readonly at: Address,
    /** How often a waiter was about to sleep: (x). */
    readonly waits: Address,
  ) {}

  /** After a change that a waiter waits for. Never waits. */
  tell(td: Waiter): void {
    if (this.memory.load(this.at) !== 0) this.tellAll(td)
  }

  /** Wakes all, whatever the word says: one that has ended may have cleared it. */
  tellAll(td: Waiter): void {
    this.memory.store(this.at, 0)
    if (td.lot.tryUnpark(this.at, EVERYBODY) < 0) finish(td, td.lot.unpark(this.at, EVERYBODY))
  }

  /** Tries until it is done: what the try returned, or WOULD_BLOCK when the time is over. */
  *wait(td: Waiter, what: Awaited, until: Until): Waiting<number> {
    for (;;) {
      let result = what.attempt()
      if (result !== WOULD_BLOCK) return result
      if (td.spinWhile(what.watched, what.seen, until)) continue
      this.memory.store(this.at, 1)
      result = what.attempt()
      if (result !== WOULD_BLOCK) return result
      what.check()
      this.memory.add(this.waits, 1)
      const outcome = yield* td.lot.park(td, this.at, this.at, 1, until)
      if (outcome === ABORTED) until.signal?.throwIfAborted()
      if (outcome === ABORTED || outcome === TIMED_OUT) return WOULD_BLOCK
    }
  }
}
