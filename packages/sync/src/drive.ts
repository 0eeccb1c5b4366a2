import type { LiveMemory } from '@smpnet/memory'
import { PARK, type Waiting, WOKEN } from './wait.ts'
import { AWAKE, PARKED, RUNNING, SLEEPING, WAITER, type Waiter } from './waiter.ts'

/**
 * Drives a generator as `block` does, without spinning and without timeouts, since a model checker
 * tries every schedule anyway. For models of code that waits through this package; it is no way to
 * run a program. Throws an Error when a sleep ends and nobody has woken the waiter.
 */
export function drive<T>(td: Waiter, waiting: Waiting<T>): T {
  let step = waiting.next(WOKEN)
  while (!step.done) {
    if (step.value === PARK) sleep(td)
    step = waiting.next(WOKEN)
  }
  return step.value
}

function sleep(td: Waiter): void {
  const memory = td.lot.memory as LiveMemory
  const state = td.at + WAITER.offset.state
  if (memory.compareExchange(state, PARKED, SLEEPING) === PARKED) {
    // A notification can come late, from a wakeup before: then the word is still SLEEPING.
    while (memory.load(state) === SLEEPING) Atomics.wait(memory.words, state >> 2, SLEEPING)
  }
  if (memory.load(state) !== AWAKE) throw new Error('woken by nobody')
  memory.store(state, RUNNING)
}
