import { hostMs } from './host-clock.ts'

/** How long tasks that need not wait may keep an event loop to themselves. */
const SHARE_MS = 4

/**
 * How many tasks are served for each look at the clock, which costs as much as a short task: more
 * when the last ones took less than a small part of the share.
 */
const LEAST_PER_LOOK = 8
const MOST_PER_LOOK = 32
const SHORT_MS = SHARE_MS / 32

const FRESH = -1

/**
 * What tasks may take of their event loop before it gets a turn.
 *
 * A task that finds what it awaits is resumed at once, without a turn of the loop; where bytes
 * never stop coming, or a lock is always free, timers and I/O would never run. So the time is taken
 * from the first look at the clock after the loop had turned, and when too much of it is over, the
 * loop comes first. Looks are as far apart as the last tasks were short.
 */
export class LoopShare {
  #sinceMs = FRESH
  #lookedMs = FRESH
  #perLook = LEAST_PER_LOOK
  #left = LEAST_PER_LOOK

  /** `nowMs`: a monotonic clock. */
  constructor(readonly nowMs: () => number = hostMs) {}

  /** The loop has turned. */
  renew(): void {
    this.#sinceMs = FRESH
    this.#lookedMs = FRESH
    this.#left = this.#perLook
  }

  /** A task was served; whether the loop is to get a turn before the next task. */
  isUsedUp(): boolean {
    return --this.#left <= 0 && this.#look()
  }

  #look(): boolean {
    const now = this.nowMs()
    if (this.#sinceMs === FRESH) this.#sinceMs = now
    const isOver = now - this.#sinceMs >= SHARE_MS
    const isShort = this.#lookedMs !== FRESH && now - this.#lookedMs < SHORT_MS
    if (!isOver)
      this.#perLook = isShort ? Math.min(MOST_PER_LOOK, this.#perLook * 2) : LEAST_PER_LOOK
    this.#lookedMs = now
    // Then each of the tasks that are going on is to stop, however many they are.
    this.#left = isOver ? 1 : this.#perLook
    return isOver
  }
}
