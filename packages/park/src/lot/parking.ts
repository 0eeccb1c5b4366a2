import { type Address, type Interrupt, type Memory, NIL } from '@smpnet/memory'
import { DEAD, WAITER } from '../entry.ts'
import { FOREVER, type Until } from '../until.ts'
import { CHANGED, type Outcome, PREEMPT, SETTLE, type Wait, type Waiting, WOKEN } from '../wait.ts'
import { LotQueues } from './lot-queues.ts'
import type { Waker } from './waker.ts'

/** What parking needs of a waiter. `Waiter` is one. */
export interface Parker {
  /** Its entry. */
  readonly at: Address
  /** What its generator yields to sleep, after its driver was told the limit. */
  parking(limit: Until): Wait
  /** Milliseconds on the clock by which its time passes. */
  now(): number
  /** It waits no longer for a lock whose owner it lends to. */
  unblocks(): void
}

/** Marks a count of woken waiters of which one should run before its waker goes on. */
const PREEMPTING = 1 << 30
const COUNT = PREEMPTING - 1

/**
 * Parking and waking: what a lock needs of the lot that its waiters are queued in.
 *
 * To park is to say "put me to sleep if the word is still what I saw", checked under the bucket's
 * lock, so that a waker that changes the word first and then unparks can miss no waiter. A waiter
 * whose limit has come leaves its queue itself; if a waker has taken it already, the wake is on its
 * way, and the waiter waits for that and counts as woken. So a wake is never lost to a waiter that
 * has given up.
 *
 * Generators here run in threads, `tryUnpark` in any plain code, `unparkNow` in interrupts.
 */
export class Parking extends LotQueues {
  constructor(
    memory: Memory,
    queues: Address,
    buckets: number,
    /** Tells those that were taken from their queues. */
    readonly waker: Waker,
    cpu: number,
  ) {
    super(memory, queues, buckets, cpu)
  }

  /**
   * Sleeps until a waker of `key` chooses this waiter, if the word at `at` is still `expected` when
   * it is queued: `WOKEN`, or `CHANGED` at once or when its waker has ended, or `TIMED_OUT` or
   * `ABORTED` by its limit. Wakers that look see `want` with it.
   */
  *park(
    td: Parker,
    key: Address,
    at: Address,
    expected: number,
    until: Until = FOREVER,
    want = 0,
  ): Waiting<Outcome> {
    const queue = this.queues.of(key)
    if (!this.queues.tryLock(queue)) {
      const outcome = yield* this.lockUntil(td, key, until)
      if (outcome !== WOKEN) return outcome
    }
    if (this.memory.load(at) !== expected) {
      this.queues.unlock(queue)
      return CHANGED
    }
    this.queues.append(queue, td.at, key, want)
    this.queues.unlock(queue)
    const outcome = yield td.parking(until)
    return outcome === WOKEN ? this.#woken(td) : yield* this.#giveUp(td, outcome)
  }

  /**
   * Waits after `append` and `unlockQueue`, with the outcome of `park`. `lends` says that the
   * waiter was told that it `blocks` at a lock with an owner. `CHANGED` when its waker has ended
   * before it had changed the word that is waited for, or after: the waiter is in no queue.
   */
  *sleep(td: Parker, until: Until = FOREVER, lends = false): Waiting<Outcome> {
    let outcome = yield td.parking(until)
    outcome = outcome === WOKEN ? this.#woken(td) : yield* this.#giveUp(td, outcome)
    if (!lends) return outcome
    while (!this.memory.settled()) yield SETTLE
    td.unblocks()
    return outcome
  }

  /**
   * Wakes up to `count` waiters of `key`, first come first, and says how many, or says -1, having
   * done nothing, when the bucket is not to be had at once: then `yield* unpark(key, count)`.
   */
  tryUnpark(key: Address, count: number): number {
    const queue = this.queues.of(key)
    if (!this.queues.tryLock(queue)) return -1
    const chain = this.queues.take(queue, key, count)
    this.queues.unlock(queue)
    return this.#wakeAll(chain) & COUNT
  }

  /** Wakes up to `count` waiters of `key`, first come first, and says how many. Never parks. */
  *unpark(key: Address, count: number): Waiting<number> {
    const queue = this.queues.of(key)
    if (!this.queues.tryLock(queue)) yield* this.lock(queue)
    const chain = this.queues.take(queue, key, count)
    this.queues.unlock(queue)
    const woken = this.#wakeAll(chain)
    if (woken & PREEMPTING) yield PREEMPT
    return woken & COUNT
  }

  /**
   * The same for an interrupt, which spins for the bucket while another CPU has it. Throws an Error
   * when the bucket is not let go, as `spinNow` does: its holder has ended in it.
   */
  unparkNow(_irq: Interrupt, key: Address, count: number): number {
    const queue = this.queues.of(key)
    this.queues.lockNow(queue)
    const chain = this.queues.take(queue, key, count)
    this.queues.unlock(queue)
    return this.#wakeAll(chain) & COUNT
  }

  /** Wakes a chain that `take` gave, or NIL, and says how many they were. Never parks. */
  *wake(chain: Address): Waiting<number> {
    const woken = this.#wakeAll(chain)
    if (woken & PREEMPTING) yield PREEMPT
    return woken & COUNT
  }

  /**
   * `wake` for plain code: whether a woken waiter is more urgent than the caller and of its CPU. It
   * then runs at the caller's next yield, which should be soon.
   */
  wakeNow(chain: Address): boolean {
    return (this.#wakeAll(chain) & PREEMPTING) !== 0
  }

  /** Whether the waiter of an entry was buried. */
  isDead(entry: Address): boolean {
    return this.memory.load(entry + WAITER.offset.state) === DEAD
  }

  /** The number of the CPU or thread that claimed an entry. */
  threadOf(entry: Address): number {
    return Math.abs(this.memory.load(entry + WAITER.offset.taken)) - 1
  }

  /**
   * Leaves the queue because of `why`, unless a waker has taken this waiter out already: then the
   * wake is on its way, and is waited for. The waiter may have been moved to another queue.
   */
  *#giveUp(td: Parker, why: Outcome): Waiting<Outcome> {
    if (yield* this.withdraw(td.at)) return why
    yield td.parking(FOREVER)
    return this.#woken(td)
  }

  /**
   * How a wait has ended that a waker did: one that ended before its section has changed a word.
   */
  #woken(td: Parker): Outcome {
    return this.memory.read(td.at + WAITER.offset.taker) < 0 ? CHANGED : WOKEN
  }

  /** Wakes a chain that `take` gave; how many, with PREEMPTING if a woken one is more urgent. */
  #wakeAll(chain: Address): number {
    let woken = 0
    for (let entry = chain; entry !== NIL; ) {
      const next = this.memory.read(entry + WAITER.offset.next)
      if (this.waker.wake(entry)) woken |= PREEMPTING
      woken++
      entry = next
    }
    return woken
  }
}
