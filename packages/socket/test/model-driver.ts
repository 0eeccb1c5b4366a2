import { Arena, LiveMemory } from '@smpnet/memory'
import {
  Lot,
  NotifyWaker,
  PARK,
  PARKED,
  RUNNING,
  SLEEPING,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/sync'

/** A memory with a lot for models: as small as can be. */
export function smallLot(): { memory: LiveMemory; lot: Lot; arena: Arena } {
  const memory = LiveMemory.create(4096)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 1, waiters: 4, buckets: 2 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  return { memory, lot, arena }
}

/** Drives a generator by blocking, like `block`, but without spinning before it sleeps. */
export function drive<T>(td: Waiter, waiting: Waiting<T>): T {
  const memory = td.lot.memory as LiveMemory
  const state = td.at + WAITER.offset.state
  let step = waiting.next(WOKEN)
  while (!step.done) {
    if (step.value === PARK) {
      if (memory.compareExchange(state, PARKED, SLEEPING) === PARKED) {
        // A notification can come late, from a wakeup before: then the word is still SLEEPING.
        while (memory.load(state) === SLEEPING) Atomics.wait(memory.words, state >> 2, SLEEPING)
      }
      memory.store(state, RUNNING)
    }
    step = waiting.next(WOKEN)
  }
  return step.value
}
