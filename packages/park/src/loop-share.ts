import { hostMs } from './host-clock.ts'

/** How long tasks that need not wait may keep an event loop to themselves. */
const SHARE_MS = 4

/** How many tasks are served for each look at the clock, which costs as much as a short task. */
const TASKS_PER_LOOK = 8

const FRESH = -1

/**
 * What tasks may take of their event loop before it gets a turn.
 *
 * A task that finds what it awaits is resumed at once, without a turn of the loop; where bytes
 * never stop coming, timers and I/O would never run. So the time is taken from the first look at
 * the clock after the loop had turned, and when too much of it is over, the loop comes first.
 */
export class LoopShare {
  #sinceMs = FRESH
  #served = 0

  /** `nowMs`: a monotonic clock. */
  constructor(readonly nowMs: () => number = hostMs) {}

  /** The loop has turned. */
  renew(): void {
    this.#sinceMs = FRESH
    this.#served = 0
  }

  /** A task was served; whether the loop is to get a turn before the next task. */
  isUsedUp(): boolean {
    if (++this.#served % TASKS_PER_LOOK !== 0) return false
    const now = this.nowMs()
    if (this.#sinceMs === FRESH) this.#sinceMs = now
    return now - this.#sinceMs >= SHARE_MS
  }
}
