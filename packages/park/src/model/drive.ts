import type { LiveMemory } from '@smpnet/memory'
import { fallAsleep, isAsleep, stateOf, wakeUp } from '../drivers/sleeper.ts'
import { type Outcome, PARK, TIMED_OUT, type Waiting, WOKEN } from '../wait.ts'
import { SLEEPING } from '../entry.ts'
import { leftMs } from '../until.ts'
import type { Waiter } from '../lot/waiter.ts'
import type { Fault } from './tiny-world.ts'

/**
 * Drives a generator as `block` does, without spinning before it sleeps: the checker tries every
 * schedule anyway, and each turn of a spin would multiply them. For models of code that waits
 * through this package; it is no way to run a program.
 */
export function drive<T>(td: Waiter, waiting: Waiting<T>, fault: Fault = 'none'): T {
  const isHasty = fault === 'hasty sleeper'
  let step = waiting.next(WOKEN)
  while (!step.done) step = waiting.next(step.value === PARK ? sleep(td, isHasty) : WOKEN)
  return step.value
}

/** A hasty sleeper takes every end of a sleep for its own: a late notification wakes it. */
function sleep(td: Waiter, isHasty: boolean): Outcome {
  const memory = td.lot.memory as LiveMemory
  if (!fallAsleep(memory, td.at)) return WOKEN
  let isOver = false
  while (!isOver && isAsleep(memory, td.at)) {
    const left = leftMs(td, td.limit)
    const ended = Atomics.wait(memory.words, stateOf(td.at) >> 2, SLEEPING, left)
    isOver = ended === 'timed-out' || isHasty
  }
  return wakeUp(memory, td.at) ? WOKEN : TIMED_OUT
}
