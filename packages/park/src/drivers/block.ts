import { type Address, type LiveMemory, type Memory, newShared } from '@smpnet/memory'
import type { Driver } from '../driver.ts'
import { SLEEPING } from '../entry.ts'
import { SpinBudget } from '../spin-budget.ts'
import { leftMs } from '../until.ts'
import { type Outcome, PARK, TIMED_OUT, type Waiting, WOKEN } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'
import { expectDriven } from './expect-driven.ts'
import { fallAsleep, isAsleep, napMs, spinUntilAwake, stateOf, wakeUp } from './sleeper.ts'

/** This thread's: what it learnt in one wait serves the next, whatever that waits for. */
const budget = new SpinBudget(true)

/** Of a waiter that spins, until it looks whether its wakers are there. */
const SPINS_PER_LOOK = 1024

/** No event loop is served while its thread blocks. */
const driver: Driver = { spinWhile, isToYield: () => false }

/**
 * Drives a generator to its end by blocking this thread, and returns what it returned.
 * For threads that may block: workers, and Node's main thread. Throws what the generator or
 * `td.wakersWatch` throws, and CannotBlock where `Atomics.wait` is not allowed, as on a browser's
 * main thread. A sleep ends by the deadline of its limit, and not by its signal, which is heard by
 * an event loop only.
 */
export function block<T>(td: Waiter, waiting: Waiting<T>): T {
  expectDriven(td, waiting, 'block')
  mayBlock ??= checkMayBlock()
  td.driver = driver
  let step = waiting.next(WOKEN)
  for (let spins = 0; !step.done; ) {
    if (step.value === PARK) {
      spins = 0
      step = waiting.next(sleep(td))
    } else {
      td.lot.memory.pause(spins++)
      if (spins % SPINS_PER_LOOK === 0) td.wakersWatch?.expectAlive()
      step = waiting.next(WOKEN)
    }
  }
  return step.value
}

/** Whether this thread may sleep; asked once, and before anything is queued that could not. */
let mayBlock: true | undefined

function checkMayBlock(): true {
  const word = new Int32Array(newShared(4))
  try {
    Atomics.wait(word, 0, 0, 0)
  } catch (cause) {
    throw new CannotBlock(CANNOT, { cause })
  }
  return true
}

/** A thread that may not block, as a page's main thread may not, was to. */
export class CannotBlock extends TypeError {
  override name = 'CannotBlock'
}

const CANNOT =
  "this thread may not block, as a page's main thread and an AudioWorklet may not: await the " +
  'call without `Sync`, as `await mutex.lock()` for `mutex.lockSync()`, or give it a ' +
  '`timeoutMs` of 0, by which it never waits'

function sleep(td: Waiter): Outcome {
  const memory = td.lot.memory as LiveMemory
  if (spinUntilAwake(memory, td, budget) || !fallAsleep(memory, td.at)) return WOKEN
  const index = stateOf(td.at) >> 2
  let isOver = false
  while (!isOver && isAsleep(memory, td.at)) {
    const left = leftMs(td, td.limit)
    const nap = napMs(td, left)
    isOver = Atomics.wait(memory.words, index, SLEEPING, nap) === 'timed-out' && nap === left
  }
  return wakeUp(memory, td.at) ? WOKEN : TIMED_OUT
}

/** Turns of a spin between two looks at its second word, which changes seldom. */
const TURNS_PER_OTHER = 8

function spinWhile(
  memory: Memory,
  at: Address,
  value: number,
  withinMs: number,
  orAt: Address,
  orValue: number,
): boolean {
  const turns = budget.turns(withinMs)
  if (turns === 0) return false
  for (let turn = turns; turn > 0; turn--) {
    const isOther = turn % TURNS_PER_OTHER === 0 && memory.load(orAt) !== orValue
    if (!isOther && memory.load(at) === value) continue
    budget.hit()
    return true
  }
  budget.miss()
  return false
}
