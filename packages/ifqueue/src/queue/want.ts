import type { Address, LiveMemory } from '@smpnet/memory'
import { ABORTED, finish, TIMED_OUT, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { WOULD_BLOCK } from '../records/cells.ts'

const EVERYBODY = 0x7fffffff
const SLEEPERS = 1

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
 * How the consumers of a queue wait for records, or its producers for space: a word that says
 * whether one of them may sleep, and above that bit how often they were told.
 *
 * A waiter sets the bit, tries once more, and parks if the word is as it left it. A thread of the
 * other side makes its change and then looks at the word. All are sequentially consistent, so that
 * one of the two sees the other (Dekker), and the lot's own check closes the gap between looking
 * and sleeping. A second waiter that sets the bit again after the change does not make the first
 * one sleep, since the count is another. All that sleep are woken, not one: one that was chosen may
 * end before it has tried.
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
    if ((this.memory.load(this.at) & SLEEPERS) !== 0) this.tellAll(td)
  }

  /** Wakes all, whatever the word says: one that has ended may have cleared it. */
  tellAll(td: Waiter): void {
    const { memory, at } = this
    for (let seen = memory.load(at); ; ) {
      const found = memory.compareExchange(at, seen, ((seen & ~SLEEPERS) + 2) | 0)
      if (found === seen) break
      seen = found
    }
    if (td.lot.tryUnpark(this.at, EVERYBODY) < 0) finish(td, td.lot.unpark(this.at, EVERYBODY))
  }

  /** Tries until it is done: what the try returned, or WOULD_BLOCK when the time is over. */
  *wait(td: Waiter, what: Awaited, until: Until): Waiting<number> {
    for (;;) {
      // All are told when the queue is closed or a thread has ended, whether they sleep or not.
      const told = this.memory.load(this.at)
      let result = what.attempt()
      if (result !== WOULD_BLOCK) return result
      if (td.spinWhile(what.watched, what.seen, until, this.at, told)) continue
      const word = this.memory.or(this.at, SLEEPERS) | SLEEPERS
      result = what.attempt()
      if (result !== WOULD_BLOCK) return result
      what.check()
      this.memory.add(this.waits, 1)
      const outcome = yield* td.lot.park(td, this.at, this.at, word, until)
      if (outcome === ABORTED) until.signal?.throwIfAborted()
      if (outcome === ABORTED || outcome === TIMED_OUT) return WOULD_BLOCK
    }
  }
}
