import type { Address, LiveMemory } from '@smpnet/memory'
import { type SpinBudget } from './spin-budget.ts'
import { AWAKE, PARKED, RUNNING, SLEEPING, WAITER } from './waiter.ts'

/** The address of the word that a waiter sleeps on. */
export function stateOf(entry: Address): Address {
  return entry + WAITER.offset.state
}

/** Spins until the waiter is awake, for as long as has paid lately. True when it is. */
export function spinUntilAwake(memory: LiveMemory, entry: Address, budget: SpinBudget): boolean {
  const state = stateOf(entry)
  for (let turn = budget.turns(); turn > 0; turn--) {
    if (memory.load(state) !== AWAKE) continue
    memory.store(state, RUNNING)
    budget.hit()
    return true
  }
  budget.miss()
  return false
}

/** Says that the waiter will sleep, so that its waker notifies it. False when it is awake already. */
export function fallAsleep(memory: LiveMemory, entry: Address): boolean {
  if (memory.compareExchange(stateOf(entry), PARKED, SLEEPING) === PARKED) return true
  memory.store(stateOf(entry), RUNNING)
  return false
}

/** After sleeping: true when a waker ended it, false when the time was over and it is still queued. */
export function wakeUp(memory: LiveMemory, entry: Address): boolean {
  if (memory.compareExchange(stateOf(entry), SLEEPING, PARKED) === SLEEPING) return false
  memory.store(stateOf(entry), RUNNING)
  return true
}
