import type { Address } from '@smpnet/memory'
import { DEAD, OF_AN_OWNER, ownerIn, PARKED, RUNNING, SLEEPING, WAITER } from '../entry.ts'
import { SPIN, type Waiting } from '../wait.ts'
import type { Entries } from './entries.ts'
import type { Parking } from './parking.ts'
import type { Repair } from './repair.ts'

const EVERYBODY = 0x7fffffff

/**
 * What a thread that has ended leaves in a lot, and how an undertaker, any other thread, puts it
 * right.
 *
 * Each waiter of the dead is taken out of its queue. If a waker had taken it already, the wake is
 * passed on to the next waiter of that key, if it was for a lock with owners: the dead may not have
 * tried for the lock before it ended, and if it has, one waiter more looks in vain. Then its entry
 * becomes DEAD, if a lock may still name it, or free. In the end all that sleep for a lock of the
 * dead are woken, and find its owner dead: a waiter queues itself and then looks whether the owner
 * is dead, the undertaker marks the owner and then looks through the queues, so that of the two at
 * least one sees the other (Dekker; see `parkForOwner`).
 *
 * Before all that the buckets that the dead held are mended and freed, and those woken that it had
 * taken and not woken: `Repair`. Whatever of it was done may be done again, so that a second
 * undertaker ends what one began that has ended, too.
 *
 * A bucket that another thread holds, which has ended as well, is waited for until the driver gives
 * that up, as `finish` does.
 */
export class Burial {
  constructor(
    readonly parking: Parking,
    readonly entries: Entries,
    readonly repair: Repair,
    /** Whether a lock may still name an entry; such an entry is not given out again. */
    readonly isNamed: (entry: Address) => boolean,
    /** How often to look whether a wake has come that is on its way, before that is given up. */
    readonly patience: number,
  ) {}

  /** Buries the waiters of CPU or thread `number`, and says how many it had. Never parks. */
  *of(number: number): Waiting<number> {
    this.repair.mendBuckets()
    this.repair.finishWakes()
    const count = yield* this.#waitersOf(number)
    this.entries.sweep()
    return count
  }

  *#waitersOf(number: number): Waiting<number> {
    const { parking, entries } = this
    const given = entries.given()
    const all = given.filter((entry) => entries.isOf(entry, number))
    const mine = all.filter((entry) => !parking.isDead(entry))
    // Some are dead already if another undertaker has ended in this.
    const dead = all.filter((entry) => parking.isDead(entry))
    for (const entry of mine) if (yield* this.#end(entry)) dead.push(entry)
    for (const entry of dead.length > 0 ? given : []) {
      if (yield* this.#mourns(entry, dead)) yield* parking.unpark(this.#keyOf(entry), EVERYBODY)
    }
    return mine.length
  }

  /** Ends a waiter whose thread is no more. True if it stays, dead, since a lock may name it. */
  *#end(entry: Address): Waiting<boolean> {
    const { parking } = this
    const wasQueued = yield* parking.withdraw(entry)
    const isWhole = wasQueued || (yield* this.#isWoken(entry))
    const stays = !isWhole || this.isNamed(entry)
    const state = entry + WAITER.offset.state
    const isOfOwner = (parking.wantOf(entry) & OF_AN_OWNER) !== 0
    if (!wasQueued && isOfOwner) yield* parking.unpark(this.#keyOf(entry), 1)
    parking.memory.store(state, stays ? DEAD : RUNNING)
    if (!stays) this.entries.release(entry)
    return stays
  }

  /**
   * Waits until the waker that has taken a waiter from its queue has said so: the entry may be
   * another waiter's afterwards, which must not be woken by that. False if the waker has ended too.
   */
  *#isWoken(entry: Address): Waiting<boolean> {
    for (let { patience } = this; patience > 0; patience--) {
      const state = this.parking.memory.load(entry + WAITER.offset.state)
      if (state !== PARKED && state !== SLEEPING) return true
      yield SPIN
    }
    return false
  }

  /** Whether a waiter sleeps for a lock that one of the dead holds. */
  *#mourns(entry: Address, dead: readonly Address[]): Waiting<boolean> {
    const { parking } = this
    for (;;) {
      const key = this.#keyOf(entry)
      const queue = yield* parking.lockQueue(key)
      const isHere = this.#keyOf(entry) === key
      // An entry that is not in this queue may be joining another, which is not held here.
      const sleeps = isHere && parking.isQueued(queue, entry)
      const isOfOwner = sleeps && (parking.wantOf(entry) & OF_AN_OWNER) !== 0
      const mourns = isOfOwner && dead.includes(ownerIn(parking.memory.load(key)))
      parking.unlockQueue(queue)
      if (isHere) return mourns
    }
  }

  #keyOf(entry: Address): Address {
    return this.parking.memory.load(entry + WAITER.offset.key)
  }
}
