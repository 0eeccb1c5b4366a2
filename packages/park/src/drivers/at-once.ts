import { AWAKE, RUNNING } from '../entry.ts'
import type { Waiter } from '../lot/waiter.ts'
import { expectDriven } from './expect-driven.ts'
import { PARK, TIMED_OUT, type Waiting, WOKEN } from '../wait.ts'
import { stateOf } from './sleeper.ts'

/**
 * Drives a generator whose time is over when it begins, `timeoutMs` of 0, to its end: a look that
 * never sleeps, for every thread, those that may not block among them. A park ends as its limit
 * says; the second one of a waiter that a waker has taken out already has no limit, and lasts the
 * few instructions until the wake has come.
 */
export function atOnce<T>(td: Waiter, waiting: Waiting<T>): T {
  expectDriven(td, waiting, 'atOnce')
  td.driver = undefined
  let step = waiting.next(WOKEN)
  for (let spins = 0; !step.done; spins++) {
    const isLimited = step.value === PARK && td.limit.deadlineMs !== Number.POSITIVE_INFINITY
    if (step.value === PARK && !isLimited) awaitWake(td)
    else if (step.value !== PARK) pause(td, spins)
    step = waiting.next(isLimited ? TIMED_OUT : WOKEN)
  }
  return step.value
}

/** A look takes no nap, unless the thread that it looks past has lost its core. */
function pause({ lot }: Waiter, spins: number): void {
  lot.memory.pause(spins < MOST_LOOKS ? Math.min(spins, SHORT) : spins)
}

const MOST_LOOKS = 1_000
/** Of `Memory.pause`: the attempts up to this one only spin. */
const SHORT = 8

function awaitWake(td: Waiter): void {
  const { memory } = td.lot
  const state = stateOf(td.at)
  for (let spins = 0; memory.load(state) !== AWAKE; spins++) memory.pause(spins)
  memory.store(state, RUNNING)
}
