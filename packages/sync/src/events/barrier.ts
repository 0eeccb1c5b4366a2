import { type Address, came, type Memory } from '@smpnet/memory'
import {
  arrivedIn,
  BARRIER,
  BARRIER_KIND as KIND,
  isNotCounted,
  MOST_PARTIES,
  roundOf,
  setArrived,
} from '../words/barrier-word.ts'
import type { LockHandle } from '../words/lock-kind.ts'
import { type AwaitOptions, homeOf, type WaitOptions, waitSync } from '../offered/offered.ts'
import { waitAsTask } from '../offered/wait-as-task.ts'
import { Placed } from '../domain/placed.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import {
  CHANGED,
  expectWaiter,
  FOREVER,
  LED,
  type Outcome,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'

/**
 * A cyclic barrier: so many parties wait for each other, again and again. The last to arrive leads
 * and wakes the others.
 *
 * | generation | arrived     | arrive                                                        |
 * |------------|-------------|---------------------------------------------------------------|
 * | g          | n < parties | n + 1; sleeps until the generation is no longer g             |
 * | g          | parties - 1 | arrived = 0, generation g + 1, wakes all that sleep, and leads |
 *
 * Both words change under the queue's lock only. So a party that gives up either takes its arrival
 * back before the last party comes, or is too late and has passed. A party writes down that it is
 * counted, and as one of which round: when it has ended, its undertaker counts again.
 */
const EVERYBODY = 0x7fffffff

export interface BarrierOptions extends Placing {
  /** How many wait for each other, at least 1. */
  readonly parties: number
}

export class Barrier extends Placed {
  /** Bytes of a barrier in memory, all zero at first. */
  static readonly bytes = BARRIER.size

  /** The barrier whose words are at `at`. */
  constructor(
    memory: Memory,
    at: Address,
    readonly parties: number,
    domain?: SyncDomain,
  ) {
    super(memory, at, domain)
  }

  /** Places a barrier. Throws a RangeError for a number of parties that cannot be. */
  static create(domain: SyncDomain, options: BarrierOptions): Barrier {
    expectDomain(domain, KIND, options)
    const parties = options?.parties
    if (!Number.isInteger(parties) || parties < 1 || parties > MOST_PARTIES) {
      throw new RangeError(
        `parties: expected a whole number from 1 to ${MOST_PARTIES}, came ${came(parties)}`,
      )
    }
    return new Barrier(
      domain.memory,
      placeLock(KIND, domain, Barrier.bytes, options),
      parties,
      domain,
    )
  }

  /** Opens, in any thread, the barrier that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Barrier {
    const { domain, at } = openLock(KIND, handle, Barrier.bytes)
    return new Barrier(domain.memory, at, handle.shape['parties'] ?? 1, domain)
  }

  /** Names this barrier for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND, { parties: this.parties })
  }

  /**
   * Arrives, and waits until all parties have: `WOKEN`, or `LED` for the last of them, or why it
   * was given up, and its arrival taken back.
   */
  arrive(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'barrier.arrive', 'arriveSync, or awaits arriveAsync')
    return this.#arrive(td, until)
  }

  *#arrive(td: Waiter, until: Until): Waiting<Outcome> {
    const { memory, at } = this
    const { lot } = td
    td.maySleepFor(this)
    while (!memory.settled()) yield SETTLE
    const queue = yield* lot.lockQueue(at)
    const generation = memory.read(at)
    const arrived = arrivedIn(memory, at) + 1
    if (arrived === this.parties) {
      const chain = lot.take(queue, at, EVERYBODY)
      memory.write(at, (generation + 1) | 0)
      lot.unlockQueue(queue)
      yield* lot.wake(chain)
      return LED
    }
    setArrived(memory, at, arrived)
    lot.append(queue, td, at, roundOf(generation))
    lot.unlockQueue(queue)
    let outcome = yield* lot.sleep(td, until)
    while (outcome === CHANGED) outcome = yield* this.#sleepOn(td, generation, until)
    if (outcome !== WOKEN) return yield* this.#takeBack(td, generation, outcome)
    isNotCounted(memory, td.at)
    return WOKEN
  }

  /** Arrives, blocking this thread. True for the party that leads. Throws LockTimeout. */
  arriveSync(options?: WaitOptions): boolean {
    const { here } = homeOf(this)
    return waitSync(this, here, (td, until) => this.arrive(td, until), options) === LED
  }

  /** Arrives as a task. True for the party that leads. Rejects with LockTimeout or the reason. */
  async arriveAsync(options?: AwaitOptions): Promise<boolean> {
    return (await waitAsTask(this, (td, until) => this.arrive(td, until), options)) === LED
  }

  name(): string {
    return `the barrier at ${this.at}`
  }

  /** Sleeps again if the party that was to wake this one has ended before it had led. */
  *#sleepOn(td: Waiter, generation: number, until: Until): Waiting<Outcome> {
    const { memory, at } = this
    const queue = yield* td.lot.lockQueue(at)
    const isWaiting = memory.read(at) === generation
    if (isWaiting) td.lot.append(queue, td, at, roundOf(generation))
    td.lot.unlockQueue(queue)
    return isWaiting ? yield* td.lot.sleep(td, until) : WOKEN
  }

  *#takeBack(td: Waiter, generation: number, why: Outcome): Waiting<Outcome> {
    const { memory, at } = this
    const queue = yield* td.lot.lockQueue(at)
    const isWaiting = memory.read(at) === generation
    if (isWaiting) setArrived(memory, at, arrivedIn(memory, at) - 1)
    isNotCounted(memory, td.at)
    td.lot.unlockQueue(queue)
    return isWaiting ? why : WOKEN
  }
}
