import { type Address, breakFrom, type Memory } from '@smpnet/memory'
import {
  AWAKE,
  COUNTED_IN,
  NO_OWNER,
  OWNER_BITS,
  PARKED,
  RUNNING,
  SLEEPING,
  WAITER,
} from '../entry.ts'
import { BUCKET, type WaitQueues } from './wait-queues.ts'
import type { Waker } from './waker.ts'

/**
 * What an undertaker does for the queues that the dead held and for the wakes that the dead owed.
 *
 * A bucket that the dead held is the undertaker's first. Its list may be in pieces, but each entry
 * says whether it is in it (`QUEUED`) and where (`ticket`), and so it is made anew. Entries that
 * the section had taken were taken for a change of the lock's word that it may or may not have
 * made:
 *
 * | taken                       | its section                  | what its waiter is told         |
 * |-----------------------------|------------------------------|---------------------------------|
 * | by weight, and `decided`    | is completed                 | it has what it wants            |
 * | `COUNTED_IN`, and the word  | was complete                 | to look; it finds that it is in |
 * | counts as many              |                              |                                 |
 * | `COUNTED_IN`, and does not  | is undone: none is counted   | to look; it finds that it isn't |
 * | else                        | whatever it was              | to look; the word says all      |
 *
 * To look is the outcome `CHANGED`, which every waiter of the lot knows. Entries whose taker had
 * unlocked their queue are woken as it would have. All of it can be done again from any point, by
 * the undertaker of an undertaker: what is done says so in the entries.
 */
export class Repair {
  constructor(
    readonly memory: Memory,
    readonly queues: WaitQueues,
    readonly waker: Waker,
    /** All entries that are given out. */
    readonly given: readonly Address[],
    /** In the words of the lot: the holder that has ended, see `holderOf`. */
    readonly ended: number,
    /** Whether an entry belongs to a thread that sleeps on its own word. */
    readonly isPlain: (entry: Address) => boolean,
  ) {}

  /** Mends and frees the buckets that the dead held. Plain, and waits for nobody. */
  mendBuckets(): void {
    const { memory, queues, ended } = this
    for (let index = 0; index < queues.count; index++) {
      const bucket = queues.at + index * BUCKET.size
      const lock = bucket + BUCKET.offset.lock
      const broken = bucket + BUCKET.offset.broken
      if (memory.load(lock) !== ended) continue
      // The dead may have been the undertaker of the one whose section it is.
      if (memory.load(broken) === 0) memory.store(broken, ended)
      breakFrom(memory, lock, ended, () => this.#mend(bucket, memory.load(broken)), queues.holder)
    }
  }

  /** Wakes those that the dead had taken and not woken. Plain. */
  finishWakes(): void {
    for (const entry of this.given) this.#wake(entry)
  }

  #mend(bucket: Address, of: number): void {
    const { memory, queues } = this
    const taken = this.given.filter(
      (entry) => this.#isAsleep(entry) && queues.isIn(bucket, entry, of),
    )
    this.#settle(bucket, taken, of)
    this.queues.rebuild(bucket, this.queues.queued(bucket, this.given))
    memory.store(bucket + BUCKET.offset.broken, 0)
  }

  /** Completes or undoes what the section had decided for those that it had taken. */
  #settle(bucket: Address, taken: readonly Address[], of: number): void {
    const { memory } = this
    const decided = memory.load(bucket + BUCKET.offset.decided)
    const done = bucket + BUCKET.offset.done
    for (const entry of taken) {
      if (memory.load(entry + WAITER.offset.key) === decided) {
        if (memory.load(done) === 0)
          memory.store(decided, memory.load(bucket + BUCKET.offset.value))
        memory.store(done, 1)
        continue
      }
      if (!this.#isCounted(entry, taken)) this.#uncount(entry)
      memory.store(entry + WAITER.offset.taker, -of)
    }
  }

  /** Whether the word of the lock that a waiter is in counts as many as were told that they are. */
  #isCounted(entry: Address, taken: readonly Address[]): boolean {
    const { memory } = this
    const key = memory.load(entry + WAITER.offset.key)
    const word = memory.load(key)
    if ((word & NO_OWNER) === 0) return false
    const told = taken.filter((other) => {
      const isSame = memory.load(other + WAITER.offset.key) === key
      return isSame && (memory.load(other + WAITER.offset.want) & COUNTED_IN) !== 0
    })
    return (word & OWNER_BITS) >>> 6 >= told.length
  }

  #uncount(entry: Address): void {
    const want = entry + WAITER.offset.want
    this.memory.store(want, this.memory.load(want) & ~COUNTED_IN)
  }

  #isAsleep(entry: Address): boolean {
    const state = this.memory.load(entry + WAITER.offset.state)
    return state === PARKED || state === SLEEPING
  }

  /**
   * The dead may have written that it is awake, and not have notified it. The state is looked at
   * first: a waiter that is queued again is no longer the dead's before it counts as parked.
   */
  #wake(entry: Address): void {
    const state = this.memory.load(entry + WAITER.offset.state)
    const taker = this.memory.load(entry + WAITER.offset.taker)
    const isHis = taker === this.ended || taker === -this.ended
    if (!isHis || state === RUNNING || !this.isPlain(entry)) return
    if (state === PARKED || state === SLEEPING) this.waker.wake(entry)
    else if (state === AWAKE) this.waker.stir?.(entry)
  }
}
