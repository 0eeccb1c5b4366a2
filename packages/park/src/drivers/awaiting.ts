import type { LiveMemory } from '@smpnet/memory'
import type { Driver } from '../driver.ts'
import { AWAKE, RUNNING, SLEEPING } from '../entry.ts'
import { SpinBudget } from '../spin-budget.ts'
import { leftMs } from '../until.ts'
import { ABORTED, type Outcome, PARK, TIMED_OUT, type Waiting, WOKEN, YIELD } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'
import { expectDriven } from './expect-driven.ts'
import { loop, loopTurn, share } from './event-loop.ts'
import { onAbort } from './on-abort.ts'
import { fallAsleep, isAsleep, napMs, stateOf, wakeUp } from './sleeper.ts'

/** An event loop has other work to do while a task could spin. */
const driver: Driver = { spinWhile: () => false, isToYield: () => share.isUsedUp() }

/**
 * This thread's: a notification of the engine takes 10 to 30 µs to become a turn of the loop, and
 * its sender 5; a turn by itself takes 1. So a task that was answered soon lately goes on for some
 * turns before it says that it sleeps; timers and I/O have theirs meanwhile.
 */
const budget = new SpinBudget()

/** A turn of the loop for so many turns of a spin: it looks less often, and for longer in all. */
const SPINS_PER_TURN = 100

/** Failed turns of a spin after which the event loop gets a turn. */
const TURNS_PER_LOOP = 128

/**
 * Drives a generator to its end without blocking this thread's event loop, and resolves to what it
 * returned. The loop is kept alive meanwhile, and has its turns however seldom the generator waits.
 * Rejects with what the generator or `td.wakersWatch` throws. A sleep ends by the deadline of its
 * limit, and by its signal.
 */
export async function awaiting<T>(td: Waiter, waiting: Waiting<T>): Promise<T> {
  expectDriven(td, waiting, 'awaiting')
  td.driver = driver
  let step = waiting.next(WOKEN)
  for (let spins = 0; !step.done; ) {
    if (step.value === PARK) {
      spins = 0
      const outcome = await sleep(td)
      if (share.isUsedUp()) await loopTurn()
      step = waiting.next(outcome)
    } else if (step.value === YIELD) {
      await loopTurn()
      step = waiting.next(WOKEN)
    } else {
      if (++spins % TURNS_PER_LOOP === 0) {
        td.wakersWatch?.expectAlive()
        await loop.pause()
      }
      step = waiting.next(WOKEN)
    }
  }
  if (share.isUsedUp()) await loopTurn()
  return step.value
}

async function sleep(td: Waiter): Promise<Outcome> {
  const memory = td.lot.memory as LiveMemory
  const turns = Math.floor(budget.turns(leftMs(td, td.limit)) / SPINS_PER_TURN)
  if (turns === 0) budget.miss()
  else if (await isWokenWithin(turns, td)) return WOKEN
  if (!fallAsleep(memory, td.at)) return WOKEN
  const index = stateOf(td.at) >> 2
  const { limit } = td
  const { signal } = limit
  // The engine's wait cannot be called off, but it can be notified, and no other waiter waits here.
  const stir = (): number => Atomics.notify(memory.words, index)
  const forget = signal === undefined || signal.aborted ? undefined : onAbort(signal, stir)
  let isOver = false
  while (!isOver && isAsleep(memory, td.at)) {
    if (signal?.aborted) break
    const left = leftMs(td, limit)
    const nap = napMs(td, left)
    const waited = Atomics.waitAsync(memory.words, index, SLEEPING, nap)
    const ended = waited.async ? await pending(waited.value) : waited.value
    isOver = ended === 'timed-out' && nap === left
  }
  forget?.()
  if (wakeUp(memory, td.at)) return WOKEN
  return isOver ? TIMED_OUT : ABORTED
}

/** Looks after each turn of the event loop whether the waiter is awake, before it falls asleep. */
async function isWokenWithin(turns: number, td: Waiter): Promise<boolean> {
  const memory = td.lot.memory as LiveMemory
  const state = stateOf(td.at)
  for (let turn = turns; turn > 0; turn--) {
    if (memory.load(state) === AWAKE) {
      memory.store(state, RUNNING)
      budget.hit()
      return true
    }
    if (td.limit.signal?.aborted) break
    await loopTurn()
  }
  budget.miss()
  return false
}

async function pending<T>(value: Promise<T>): Promise<T> {
  const ended = await loop.whilePending(value)
  share.renew()
  return ended
}
