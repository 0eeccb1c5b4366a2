import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker } from '@smpnet/park'

/** A memory with a lot for models: as small as can be. */
export function smallLot(): { memory: LiveMemory; lot: Lot; arena: Arena } {
  const memory = LiveMemory.create(4096)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 1, waiters: 4, buckets: 2 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  return { memory, lot, arena }
}
