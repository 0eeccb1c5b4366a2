import type { Address, Memory } from '@smpnet/memory'
import { awaiting } from './awaiting.ts'
import { block } from './block.ts'
import { SETTLE, SPIN, type Waiting, WOKEN } from './wait.ts'
import { RUNNING, WAITER, type Waiter } from './waiter.ts'

/**
 * The sleep mutex: one word, in the shape of FreeBSD's kern_mutex.c over a parking lot.
 *
 *   | word              | means                         | enter does            | exit does        |
 *   |-------------------|-------------------------------|-----------------------|------------------|
 *   | UNOWNED           | free                          | CAS to owner, done    | is a mistake     |
 *   | owner             | held, nobody sleeps           | spins while it runs,  | CAS to UNOWNED,  |
 *   |                   |                               | then marks CONTESTED  | done             |
 *   | owner, CONTESTED  | held, somebody may sleep      | parks                 | UNOWNED, wakes 1 |
 *
 * An owner is its waiter's address, so that a held lock can name its holder. Whoever has slept
 * takes the lock as CONTESTED, for others may still sleep: at worst one wakeup finds nobody
 * (Drepper, "Futexes are tricky", mutex3). A lock that is released is free for whoever comes
 * first; the one woken tries again like the rest, and parks again if it came too late.
 */
const UNOWNED = 0
const CONTESTED = 1

/** How often one spins for a running owner before one sleeps. A turn costs a yield, about 100 ns. */
const SPINS = 16

export class Mutex {
  /** Bytes of a mutex in memory, all zero at first. */
  static readonly bytes = 4

  /** The mutex whose word is at `at`. Every thread makes an object of its own for it. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  /** Takes the lock if it is free now; else `yield* enter(td)`. */
  tryEnter(td: Waiter): boolean {
    const { memory } = this
    return memory.settled() && memory.compareExchange(this.at, UNOWNED, td.at) === UNOWNED
  }

  /** Gives the lock up if nobody sleeps for it; else `yield* exit(td)`. */
  tryExit(td: Waiter): boolean {
    const { memory } = this
    return memory.settled() && memory.compareExchange(this.at, td.at, UNOWNED) === td.at
  }

  /** Takes the lock, and waits for it as the driver of the generator waits. */
  *enter(td: Waiter): Waiting {
    const { memory } = this
    let mine = td.at
    for (let spins = 0; ; ) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(this.at)
      if (seen === UNOWNED) {
        if (memory.compareExchange(this.at, UNOWNED, mine) === UNOWNED) return
      } else if (spins < SPINS && this.#ownerRuns(td, seen)) {
        spins++
        yield SPIN
      } else if (seen & CONTESTED || this.#contest(seen)) {
        const outcome = yield* td.lot.park(td, this.at, this.at, seen | CONTESTED)
        if (outcome === WOKEN) mine = td.at | CONTESTED
        spins = 0
      }
    }
  }

  /** Gives the lock up and wakes one who sleeps for it. Throws unless the caller holds it. */
  *exit(td: Waiter): Waiting {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    const seen = memory.load(this.at)
    if ((seen & ~CONTESTED) !== td.at) throw new Error(this.#notMine(td, seen))
    if (memory.exchange(this.at, UNOWNED) & CONTESTED) yield* td.lot.unpark(this.at, 1)
  }

  /** Takes the lock, blocking this thread: for threads that may block, such as workers. */
  lockSync(td: Waiter): void {
    if (!this.tryEnter(td)) block(td, this.enter(td))
  }

  /** Takes the lock without blocking the event loop, which it keeps alive until then. */
  async lock(td: Waiter): Promise<void> {
    if (!this.tryEnter(td)) await awaiting(td, this.enter(td))
  }

  /** Gives up what `lockSync` or `lock` took. Throws unless the caller holds it. */
  unlock(td: Waiter): void {
    if (!this.tryExit(td)) block(td, this.exit(td))
  }

  /** The address of the waiter that holds the lock, or NIL. */
  owner(): Address {
    return this.memory.load(this.at) & ~CONTESTED
  }

  #ownerRuns(td: Waiter, seen: number): boolean {
    const owner = seen & ~CONTESTED
    if (owner === td.at) throw new Error(`${this.#name()} is held by this waiter already`)
    return this.memory.load(owner + WAITER.offset.state) === RUNNING
  }

  /** Marks the lock as slept for; false when it has changed hands meanwhile. */
  #contest(seen: number): boolean {
    return this.memory.compareExchange(this.at, seen, seen | CONTESTED) === seen
  }

  #notMine(td: Waiter, seen: number): string {
    const owner = seen & ~CONTESTED
    const holder = owner === UNOWNED ? 'nobody' : `waiter ${owner}`
    return `${this.#name()} is unlocked by who holds it, ${holder}: waiter ${td.at} came`
  }

  #name(): string {
    return `the mutex at ${this.at}`
  }
}
