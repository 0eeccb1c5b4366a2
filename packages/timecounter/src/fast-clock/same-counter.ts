import { came } from '@smpnet/memory'
import { type Counter, counterDelta, largestDelta } from '../counters/counter.ts'
import { CounterMismatch } from '../errors.ts'
import type { GenerationRing } from '../timehands/generation-ring.ts'
import { HANDS, HANDS_WORDS, wide } from '../timehands/hands.ts'

/** What of a counter another thread's has to agree with. */
export interface CounterName {
  readonly name: string
  readonly mask: number
  readonly frequency: number
}

/**
 * How far apart the counters of two threads may be: an origin of `performance` is rounded to 100 µs
 * in a page that is not isolated.
 */
const SLACK_MS = 1
/** An age of the page of so many ticks is looked into: somebody may tick it, or nobody. */
const OLD_TICKS = 100
/** For so many ticks, by a counter that may stand still, and for so many looks. */
const LOOK_TICKS = 4
const MOST_LOOKS = 200_000

/**
 * Throws CounterMismatch when the counter of this thread cannot be the one by which the page ticks.
 *
 * A host may begin its clock anew in each worker, as Bun and Deno do with `process.hrtime`: times
 * of two threads are then apart by as much as the threads are. A counter that is behind the page's
 * last tick is found at once. One that is ahead looks like a page that nobody has ticked for long,
 * and is found when the page is seen to tick all the same.
 */
export function expectSameCounter(
  ring: GenerationRing,
  made: CounterName | undefined,
  counter: Counter,
  hz: number,
): void {
  const { name, mask, frequency } = counter
  if (made !== undefined && (made.name !== name || made.frequency !== frequency)) {
    throw new CounterMismatch(
      `the clock page is read with the counter that it was made with, ${made.name} of ` +
        `${came(made.frequency)} Hz: ${name} of ${frequency} Hz came`,
    )
  }
  const words = new Int32Array(HANDS_WORDS)
  const ageOf = (): number => {
    ring.copy(words)
    const delta = counterDelta(mask, counter.read(), wide(words, HANDS.offsetCount))
    return ((delta > largestDelta(mask) ? delta - mask - 1 : delta) / frequency) * 1000
  }
  const ageMs = ageOf()
  if (ageMs < -SLACK_MS) throw apart(counter, 'behind', -ageMs)
  const oldMs = (OLD_TICKS * 1000) / hz
  if (ageMs > oldMs && ticks(ring, counter, hz) && ageOf() > oldMs) {
    throw apart(counter, 'ahead of', ageMs)
  }
}

/** Whether a tick comes within the time of some. */
function ticks(ring: GenerationRing, counter: Counter, hz: number): boolean {
  const version = ring.version()
  const began = counter.read()
  const most = (LOOK_TICKS * counter.frequency) / hz
  for (let look = 0; look < MOST_LOOKS; look++) {
    if (ring.version() !== version) return true
    if (counterDelta(counter.mask, counter.read(), began) > most) return false
  }
  return false
}

function apart({ name }: Counter, how: string, ms: number): CounterMismatch {
  return new CounterMismatch(
    `${name} is one counter for all threads of a clock: that of this thread is ${Math.round(ms)} ` +
      `ms ${how} the page's. Some hosts begin \`process.hrtime\` anew in each worker; there, use ` +
      'performanceCounter(performance, timeOrigin), with `performance.timeOrigin` of the thread ' +
      'that made the clock',
  )
}
