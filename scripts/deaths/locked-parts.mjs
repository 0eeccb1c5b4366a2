import { LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker } from '@smpnet/park'
import { LockedSockets } from '@smpnet/socket/locked'
import { Mutex, Sx } from '@smpnet/sync'

/** Locked sockets of a memory as one thread uses them, by the seat that is kept for it. */
export function openLocked({ buffer, lots, handle, locking }, seat) {
  const memory = new LiveMemory(buffer)
  const lot = new Lot(memory, lots, new NotifyWaker(memory), Lot.attach(memory, lots, seat))
  const lock = (at, { isSleepable }) =>
    isSleepable ? new Sx(memory, at).exclusive : new Mutex(memory, at)
  const sockets = new LockedSockets(lot, handle, { locking, lock })
  return { memory, lot, sockets, td: lot.waiter() }
}

/** Words of a listener that is told to all, by the number of its name: where it is, which use. */
export const listenerAt = (name) => 16 * name
