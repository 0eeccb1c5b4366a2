import type { LiveMemory } from '@smpnet/memory'
import {
  AWAKE,
  PARK,
  PARKED,
  RUNNING,
  SLEEPING,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/sync'

/** Drives a generator as `block` of sync does, without spinning: the checker tries all anyway. */
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
    while (memory.load(state) === SLEEPING) Atomics.wait(memory.words, state >> 2, SLEEPING)
  }
  if (memory.load(state) !== AWAKE) throw new Error('woken by nobody')
  memory.store(state, RUNNING)
}
