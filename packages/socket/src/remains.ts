import { came, holderOf, Pool, type PoolHandle } from '@smpnet/memory'
import type { Seat, Waiting } from '@smpnet/park'
import { bury, type SyncDomain } from '@smpnet/sync'
import { SocketMisuse } from './errors.ts'
import { SocketZone, type SocketZoneHandle } from './socket-zone.ts'

/** Where the pools of a socket domain are. */
export interface SocketPools {
  readonly zone: SocketZoneHandle
  readonly pollers: PoolHandle
}

/**
 * Buries a thread that has ended in a socket domain: in its locks and queues, as any domain does,
 * and in the pools from which ends and pollers come. The ends that were its own are closed.
 */
export function buryGuest(sync: SyncDomain, pools: SocketPools, guest: Seat): void {
  const zone = new SocketZone(sync.lot, pools.zone)
  bury(sync, guest, function* (thread) {
    yield* clearPools(zone, pools, thread)
    yield* zone.buryEnds(sync.here, thread)
  })
}

/**
 * What the thread took from pools and told nobody of is free again. So are its pollers, when the
 * ends that they watched are posted there no more.
 */
export function* clearPools(
  zone: SocketZone,
  pools: Pick<SocketPools, 'pollers'>,
  thread: number,
): Waiting {
  yield* zone.bury(thread)
  const pollers = Pool.open(zone.memory, pools.pollers)
  for (const [poller] of pollers.takenBy(thread)) {
    for (const note of zone.notesOf(poller)) yield* note.recover(holderOf(thread))
  }
  yield* pollers.bury(thread, () => false)
}

/** Throws SocketMisuse, before the domain is entered, for what `invite` has not given. */
export function expectGuest(guest: unknown): void {
  const { thread, generation } = (guest ?? {}) as Partial<Seat>
  if (Number.isInteger(thread) && Number.isInteger(generation)) return
  throw new SocketMisuse(`what \`invite\` gave is buried, a thread's seat: ${came(guest)} came`)
}
