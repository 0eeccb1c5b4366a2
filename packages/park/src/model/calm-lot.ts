import { type Address, LiveMemory } from '@smpnet/memory'
import { NotifyWaker } from '../lot/waker.ts'
import { PARK, type Waiting, WOKEN } from '../wait.ts'
import { WAITER } from '../entry.ts'
import type { Waiter } from '../lot/waiter.ts'
import type { Checker } from './checker.ts'

/**
 * Parking for models of what waits through a lot, which has models of its own: its queues are the
 * real ones, but a lock for which tries in vain cannot be seen is taken in one step, when it is
 * free, and to sleep is a word that the waker writes. No thread dies, so that none looks for the
 * dead.
 */
export class CalmMemory extends LiveMemory {
  /** The words of the locks that are taken when they are free. */
  readonly locks: Address[] = []

  constructor(
    buffer: SharedArrayBuffer,
    readonly checker: Checker,
  ) {
    super(buffer)
  }

  override compareExchange(at: Address, expected: number, value: number): number {
    if (expected !== 0 || !this.locks.includes(at)) {
      return super.compareExchange(at, expected, value)
    }
    return this.checker.awaitExchange(this.words, at >> 2, 0, value)
  }
}

/** How a thread sleeps and is woken has models of its own; here it is a word beside its state. */
const SLEEP = WAITER.offset.mail

export class CalmWaker extends NotifyWaker {
  override wake(entry: Address): boolean {
    this.memory.store(entry + SLEEP, 1)
    return false
  }
}

/** Drives a generator to its end; where it parks, the thread goes on when it has been woken. */
export function untilPosted<T>(td: Waiter, waiting: Waiting<T>): T {
  const { words, checker } = td.lot.memory as CalmMemory
  let step = waiting.next(WOKEN)
  while (!step.done) {
    if (step.value === PARK) checker.awaitExchange(words, (td.at + SLEEP) >> 2, 1, 0)
    step = waiting.next(WOKEN)
  }
  return step.value
}
