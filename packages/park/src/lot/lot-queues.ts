import {
  type Address,
  HeldTooLong,
  holderName,
  holderOf,
  type Memory,
  NIL,
  SETTLE,
  SPIN,
  type Waiting,
} from '@smpnet/memory'
import { QUEUED, RUNNING, WAITER } from '../entry.ts'
import { isLimited, leftMs, type Until, type WaitClock } from '../until.ts'
import { ABORTED, type Outcome, TIMED_OUT, WOKEN } from '../wait.ts'
import { ANY, BUCKET, EXCEPT, ONLY, WaitQueues, WEIGHED } from './wait-queues.ts'

/**
 * The queues of a lot in the hands of a lock that decides, while no waiter can join or leave, which
 * waiter to wake and what its own word becomes:
 *
 *     const queue = yield* lot.lockQueue(key)
 *     … first, take, append, and the lock's own word …
 *     lot.unlockQueue(queue)
 *     yield* lot.wake(chain)                            // or: yield* lot.sleep(td)
 *
 * The bucket's lock protects what waits for its keys: the list, and `next` and `want` of each entry
 * in it. Between locking and unlocking a caller runs plain code: it does not yield.
 */
export class LotQueues {
  protected readonly queues: WaitQueues
  /** The queue that was last not to be had. */
  #awaited: Address = NIL

  /** `buckets` buckets at `at`. */
  constructor(
    readonly memory: Memory,
    at: Address,
    buckets: number,
    /** The number of the CPU or attached thread whose code uses this object. */
    readonly cpu: number,
  ) {
    this.queues = new WaitQueues(memory, at, buckets, holderOf(cpu))
  }

  /** The queue of `key`, held. */
  *lockQueue(key: Address): Waiting<Address> {
    const queue = this.queues.of(key)
    if (!this.queues.tryLock(queue)) yield* this.lock(queue)
    return queue
  }

  /**
   * The queue of `key`, held, or NIL when another CPU holds it just now. For a section whose caller
   * has settled before: it does not ask again, since the section happens at one instant.
   */
  tryLockQueue(key: Address): Address {
    const queue = this.queues.of(key)
    return this.queues.tryLockUnsettled(queue) ? queue : NIL
  }

  /**
   * The queue of `key`, held, for a section that cannot give up: spins while another CPU holds it.
   * Throws an Error when it is not let go, as `spinNow` does: its holder has ended in it.
   */
  lockQueueNow(key: Address): Address {
    const queue = this.queues.of(key)
    this.queues.lockNow(queue)
    return queue
  }

  /** The queue of `key`, for its holder. */
  queueOf(key: Address): Address {
    return this.queues.of(key)
  }

  unlockQueue(queue: Address): void {
    this.queues.unlock(queue)
  }

  /** Both queues, held; they may be one. They are locked in the order of their addresses. */
  *lockQueues(key: Address, other: Address): Waiting {
    const first = Math.min(this.queues.of(key), this.queues.of(other))
    const second = Math.max(this.queues.of(key), this.queues.of(other))
    for (;;) {
      yield* this.lock(first)
      if (first === second || this.queues.tryLock(second)) return
      this.queues.unlock(first)
      yield this.memory.settled() ? SPIN : SETTLE
    }
  }

  unlockQueues(key: Address, other: Address): void {
    const queue = this.queues.of(key)
    this.queues.unlock(queue)
    if (this.queues.of(other) !== queue) this.queues.unlock(this.queues.of(other))
  }

  /** Queues a waiter in a held queue. Its caller must then unlock the queue, and `sleep`. */
  append(queue: Address, { at }: { readonly at: Address }, key: Address, want: number): void {
    this.queues.append(queue, at, key, want)
  }

  /**
   * The same before all others: for waiters of which any will do, since the waiter that slept last
   * has the warmest caches.
   */
  prepend(queue: Address, { at }: { readonly at: Address }, key: Address, want: number): void {
    this.queues.prepend(queue, at, key, want)
  }

  /** Undoes `append`, before the queue was unlocked. */
  remove(queue: Address, { at }: { readonly at: Address }): void {
    this.queues.remove(queue, at)
    this.memory.store(at + WAITER.offset.state, RUNNING)
  }

  /** The entry of `key` that has waited longest in a held queue, or NIL. */
  first(queue: Address, key: Address): Address {
    return this.queues.first(queue, key)
  }

  /** Takes the first `count` entries of `key` out of a held queue, as a chain. */
  take(queue: Address, key: Address, count: number): Address {
    return this.queues.take(queue, key, count)
  }

  /** The same for those only that were parked with `want`. */
  takeOnly(queue: Address, key: Address, count: number, want: number): Address {
    return this.queues.take(queue, key, count, ONLY, want)
  }

  /** The same for those only that were not. */
  takeExcept(queue: Address, key: Address, count: number, want: number): Address {
    return this.queues.take(queue, key, count, EXCEPT, want)
  }

  /** Takes entries of `key`, first come first, until the sum of their wants would exceed `sum`. */
  takeWeighed(queue: Address, key: Address, sum: number): Address {
    return this.queues.take(queue, key, sum, WEIGHED)
  }

  /**
   * Writes the word at `at` for those that `takeWeighed` gave: from then on they have what they
   * want, also if this thread ends. It is first `value`, which nobody changes but under its queue,
   * and in the end `last`.
   */
  decide(queue: Address, at: Address, value: number, last: number): void {
    this.queues.decide(queue, at, value, last)
  }

  /** What follows `entry` in a chain, or NIL. */
  after(entry: Address): Address {
    return this.memory.read(entry + WAITER.offset.next)
  }

  /**
   * Takes up to `count` entries of `from` out of its queue and makes them wait for `to` instead, as
   * if they had parked there last; says how many. For a holder of both queues.
   */
  requeue(from: Address, to: Address, count: number): number {
    const chain = this.queues.take(this.queues.of(from), from, count, ANY, 0, QUEUED)
    return this.queues.move(chain, this.queues.of(to), to)
  }

  /** What an entry was parked with: of a held queue, or taken from it by the caller. */
  wantOf(entry: Address): number {
    return this.memory.read(entry + WAITER.offset.want)
  }

  /** Whether an entry is in a held queue, whatever it waits for. */
  isQueued(queue: Address, entry: Address): boolean {
    return this.queues.has(queue, entry)
  }

  /**
   * Takes an entry out of the queue that it is in, which may become another one until that is
   * locked. False when a waker has taken it already.
   */
  *withdraw(entry: Address): Waiting<boolean> {
    for (;;) {
      const key = this.memory.load(entry + WAITER.offset.key)
      const queue = this.queues.of(key)
      yield* this.lock(queue)
      const isHere = this.memory.load(entry + WAITER.offset.key) === key
      const left = isHere && this.queues.remove(queue, entry)
      if (left) this.memory.store(entry + WAITER.offset.state, RUNNING)
      this.queues.unlock(queue)
      if (isHere) return left
    }
  }

  protected *lock(queue: Address): Waiting {
    if (this.queues.tryLock(queue)) return
    this.#awaited = queue
    do yield this.memory.settled() ? SPIN : SETTLE
    while (!this.queues.tryLock(queue))
  }

  /**
   * Locks the queue of `key`: `WOKEN`, or why the wait was given up, which takes long only if the
   * holder has ended and is not buried.
   */
  *lockUntil(td: WaitClock, key: Address, until: Until): Waiting<Outcome> {
    const queue = this.queues.of(key)
    if (!isLimited(until) || this.memory.isSimulated) {
      yield* this.lock(queue)
      return WOKEN
    }
    if (this.queues.tryLock(queue)) return WOKEN
    this.#awaited = queue
    do {
      yield SPIN
      if (until.signal?.aborted) return ABORTED
      if (leftMs(td, until) === 0) return TIMED_OUT
    } while (!this.queues.tryLock(queue))
    return WOKEN
  }

  /** What to throw when the queue that was tried last is not to be had. */
  heldTooLong(what: string): HeldTooLong {
    if (this.#awaited === NIL) {
      return new HeldTooLong(
        `${what} takes a few instructions, and another thread is in the midst of them. ` +
          'If it has ended, bury it',
        NIL,
        0,
      )
    }
    const at = this.#awaited + BUCKET.offset.lock
    const holder = this.memory.load(at)
    return new HeldTooLong(
      `${what} takes a few instructions: ${holderName(holder)} has not let go of the queue at ` +
        `${this.#awaited}. Nothing was changed: if it has ended, bury it, and call this again`,
      at,
      holder,
    )
  }
}
