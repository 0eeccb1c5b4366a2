import type { Place, Waiting } from '@smpnet/memory'
import type { Stock } from './stock.ts'

/** Times that a thread is overtaken between two zones before it says that it cannot. */
const MOST_ROUNDS = 100

/**
 * Has a CPU hold so many buffers of each class at the same time. A zone keeps its word until its
 * caller yields, so that a zone which made the thread wait voids what others had said before: all
 * are asked again until none but the first has waited.
 */
export function* ensureAll(
  stock: Stock,
  place: Place,
  counts: readonly number[],
): Waiting<boolean> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let isFirst = true
    let hasWaited = false
    for (const [size, count] of counts.entries()) {
      if (count === 0) continue
      const waiting = stock.ensure(place, size, count)
      let step = waiting.next(0)
      while (!step.done) {
        hasWaited ||= !isFirst
        step = waiting.next(yield step.value)
      }
      if (!step.value) return false
      isFirst = false
    }
    if (!hasWaited) return true
  }
  return false
}
