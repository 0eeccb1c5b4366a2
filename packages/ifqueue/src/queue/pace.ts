import type { LiveMemory } from '@smpnet/memory'

/** Records after a pause from which on the other side is taken to be as fast as this one. */
const STREAM = 4
/** Waits between pauses that only try, at first and at most. */
const OFTEN = 64
const SELDOM = 4096
/** Of `Memory.pause`: 256 loads, and fewer for a ring that is full sooner. */
const LONGEST_PAUSE = 4
const FIRST_PAUSE_LOADS = 16

/**
 * How long one side of a ring rests before it looks again, when it has found nothing to do.
 *
 * A consumer as fast as its producer finds an empty ring after each record, and looks at the line
 * that the producer writes next: each record then costs several transfers of lines, and both go at
 * the pace of these. If the consumer rests for some hundred nanoseconds, it finds many records,
 * whose lines come one behind another without a wait, and the producer is left alone meanwhile. The
 * same is true of a producer and a full ring.
 *
 * A rest would delay an answer that comes alone. So a side rests only where that pays: now and then
 * it tries, and counts how many records it moves until the next wait. Tries in vain become rarer.
 */
export class Pace {
  readonly #attempt: number
  #isStream = false
  #isTry = false
  #interval = OFTEN
  #waits = 0
  /** What was counted at the last wait. */
  #count = 0

  constructor(
    readonly memory: LiveMemory,
    cells: number,
  ) {
    this.#attempt = Math.max(0, Math.min(LONGEST_PAUSE, Math.log2(cells / FIRST_PAUSE_LOADS)) | 0)
  }

  /** Nothing is to be done now; `count` is of records that this side has moved. May spin. */
  rest(count: number): void {
    const moved = (count - this.#count) | 0
    this.#count = count
    if (this.#isStream) this.#isStream = moved >= STREAM
    else if (this.#isTry) this.#judge(moved)
    this.#isTry = !this.#isStream && ++this.#waits >= this.#interval
    if (this.#isStream || this.#isTry) this.memory.pause(this.#attempt)
  }

  #judge(moved: number): void {
    this.#isStream = moved >= STREAM
    this.#interval = this.#isStream ? OFTEN : Math.min(SELDOM, this.#interval * 2)
    this.#waits = 0
  }
}
