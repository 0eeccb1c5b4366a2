import type { Address, LiveMemory } from '@smpnet/memory'
import type { SpinBudget } from '../spin-budget.ts'
import { AWAKE, PARKED, RUNNING, SLEEPING, WAITER } from '../entry.ts'
import { leftMs } from '../until.ts'
import type { Waiter } from '../lot/waiter.ts'

/**
 * How a thread outside a machine sleeps on its own entry, and is woken.
 *
 * | state    | the waiter                          | its waker              |
 * |----------|-------------------------------------|------------------------|
 * | PARKED   | spins, or swaps it for SLEEPING     | writes AWAKE           |
 * | SLEEPING | sleeps on the word; when it gives   | writes AWAKE, notifies |
 * |          | up, swaps it for PARKED             |                        |
 * | AWAKE    | writes RUNNING and goes on          |                        |
 *
 * These are the rows of the table in `entry.ts` that concern such threads. A waker writes first and
 * notifies afterwards, so that its notification can come late, when the waiter sleeps already for
 * something else. A sleep that ends with the word still SLEEPING has therefore ended for nothing,
 * unless its time is over, and is begun again.
 */

/** A waiter with a watch looks whether its wakers are there after so much of a sleep. */
const LOOK_MS = 250

/**
 * How long the next part of a waiter's sleep may take, of which `leftMs` are left. Throws when its
 * wakers are no more.
 */
export function napMs(td: Waiter, leftMs: number): number {
  if (td.wakersWatch === undefined) return leftMs
  td.wakersWatch.expectAlive()
  return Math.min(leftMs, LOOK_MS)
}

/** The address of the word that a waiter sleeps on. */
export function stateOf(entry: Address): Address {
  return entry + WAITER.offset.state
}

/** Spins until the waiter is awake, for as long as has paid lately. True when it is. */
export function spinUntilAwake(memory: LiveMemory, td: Waiter, budget: SpinBudget): boolean {
  const state = stateOf(td.at)
  const turns = budget.turns(leftMs(td, td.limit))
  if (turns === 0) return false
  for (let turn = turns; turn > 0; turn--) {
    if (memory.load(state) !== AWAKE) continue
    memory.store(state, RUNNING)
    budget.hit()
    return true
  }
  budget.miss()
  return false
}

/** Says that the waiter will sleep, and so is to be notified. False when it is awake already. */
export function fallAsleep(memory: LiveMemory, entry: Address): boolean {
  if (memory.compareExchange(stateOf(entry), PARKED, SLEEPING) === PARKED) return true
  memory.store(stateOf(entry), RUNNING)
  return false
}

/** Whether the waiter that fell asleep has not been woken yet. */
export function isAsleep(memory: LiveMemory, entry: Address): boolean {
  return memory.load(stateOf(entry)) === SLEEPING
}

/**
 * After sleeping: true when a waker ended it, false when the waiter gave up and is still queued.
 */
export function wakeUp(memory: LiveMemory, entry: Address): boolean {
  if (memory.compareExchange(stateOf(entry), SLEEPING, PARKED) === SLEEPING) return false
  memory.store(stateOf(entry), RUNNING)
  return true
}
