import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker, type Waiter, type Waiting, WOKEN } from '@smpnet/park'

/** Runs a generator that never has to park. */
export function run<T>(waiting: Waiting<T>): T {
  const step = waiting.next(WOKEN)
  if (!step.done) throw new Error(`expected no wait, came ${step.value}`)
  return step.value
}

/** A memory, and some waiters in it. */
export function world(waiters: number): { arena: Arena; memory: LiveMemory; tds: Waiter[] } {
  const memory = LiveMemory.create(65_536)
  const arena = Arena.create(memory)
  const lot = new Lot(memory, Lot.place(arena, { buckets: 1 }), new NotifyWaker(memory), 0)
  return { arena, memory, tds: Array.from({ length: waiters }, () => lot.waiter()) }
}
