import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { SocketZone, type SocketZoneShape } from '../src/index.ts'

/** What a thread of a model has of its own: its memory, its lot with a waiter, and its zone. */
export interface Thread<M extends LiveMemory = LiveMemory> {
  readonly memory: M
  readonly lot: Lot
  readonly td: Waiter
  readonly zone: SocketZone
}

export type Run = <T>(td: Waiter, waiting: Waiting<T>) => T

/**
 * As many threads over one zone as `count` says, numbered as they are in a model that begins them
 * in this order, so that one that dies there can be buried here.
 */
export function makeThreads<M extends LiveMemory>(
  shape: SocketZoneShape,
  count: number,
  Memory: new (buffer: SharedArrayBuffer) => M,
  Zone: typeof SocketZone = SocketZone,
): { readonly arena: Arena; readonly threads: Thread<M>[] } {
  const { buffer } = LiveMemory.create(8192)
  const arena = Arena.create(new LiveMemory(buffer))
  const lots = Lot.place(arena, { threads: count, waiters: 2 * count, buckets: 1 })
  const handle = SocketZone.place(arena, shape)
  const threads = Array.from({ length: count }, (): Thread<M> => {
    const memory = new Memory(buffer)
    const lot = new Lot(memory, lots, new NotifyWaker(memory), Lot.attach(memory, lots))
    lot.patience = 2
    return { memory, lot, td: lot.waiter(), zone: new Zone(lot, handle) }
  })
  return { arena, threads }
}

/** Buries a thread, and closes the sockets that were its own. */
export function buries({ td, lot, zone }: Thread, number: number): void {
  drive(td, lot.bury(number))
  drive(td, zone.bury(number))
  drive(td, zone.buryEnds(td, number))
}
