import { type Address, came } from '@smpnet/memory'
import { finish, type Seat, type Waiting } from '@smpnet/park'
import { endPlacing } from '../domain/address.ts'
import { expectSyncDomain, type SyncDomain, withRoom } from '../domain/sync-domain.ts'
import { LockMisuse } from '../errors.ts'
import type { DomainHandle, Owed } from '../words/lock-kind.ts'
import { notReceived, putRight } from './remains.ts'

/**
 * Guests: threads of whose end another thread hears, which invites them to a domain and buries them
 * there. That thread loads what every kind of lock has to say of the dead, and no other does.
 */

/** A handle for one thread, and the seat that it will have: by this it can be buried. */
export interface Invitation extends Seat {
  readonly handle: DomainHandle
}

/** How long a burial waits for a queue, in turns and by the clock: another of the dead holds it. */
const BURIAL_SPINS = 10_000
const BURIAL_MS = 2_000

/**
 * A handle for one thread to open a domain by, and the seat that it will have there, by which it
 * can be buried if it ends without having detached:
 *
 *     const guest = invite(domain)
 *     const worker = new Worker(file, { workerData: guest.handle })
 *     worker.once('exit', () => bury(domain, guest))
 *
 * Throws a RangeError when there is no number left.
 */
export function invite(domain: SyncDomain): Invitation {
  expectSyncDomain(domain, 'a thread is invited to')
  const { lot, handle } = domain
  const seat = withRoom('threads', lot.handle, () => lot.reserve())
  return { ...seat, handle: { ...handle, seat } }
}

/**
 * A thread that was invited has ended, or will not come: its number and its waiters are for
 * others, except those that a lock still names. Mutexes that it held are abandoned: waiters for
 * them, and those that come later, are told. Those behind it in a semaphore's queue are served.
 * Says how many waiters it left; 0 when it was buried before. `also` buries it elsewhere by its
 * number, before that is given to another thread.
 *
 * Throws HeldTooLong, within some 2 seconds, when another thread holds a queue, which has ended
 * and is not buried yet: its burial ends this one as well.
 */
export function bury(domain: SyncDomain, guest: Seat, also?: (thread: number) => Waiting): number {
  expectSyncDomain(domain, 'a thread is buried in')
  expectSeat(guest)
  const { here, lot, region } = domain
  const owed: Owed[] = []
  const isNamed = (entry: Address): boolean => {
    const given = notReceived(lot, entry, region.locks())
    if (given !== undefined) owed.push(given)
    return domain.names(entry)
  }
  const clear = (ended: number) => cleared(domain, ended, owed, also)
  return finish(here, lot.buryGuest(guest, isNamed, clear), BURIAL_SPINS, BURIAL_MS)
}

function* cleared(
  { here, lot, cpus, region }: SyncDomain,
  ended: number,
  owed: Owed[],
  also: ((thread: number) => Waiting) | undefined,
): Waiting {
  endPlacing(region, ended)
  for (const givesBack of owed.splice(0)) yield* givesBack(here)
  yield* putRight({ td: here, lot, cpus }, region.locks(), ended)
  if (also !== undefined) yield* also(ended)
}

/** Throws LockMisuse unless it is a seat, as `invite` gives it. */
function expectSeat(seat: unknown): void {
  const { thread, generation } = (seat ?? {}) as Partial<Seat>
  if (Number.isInteger(thread) && Number.isInteger(generation)) return
  throw new LockMisuse(`what \`invite\` gave is buried, a thread's seat: ${came(seat)} came`)
}
