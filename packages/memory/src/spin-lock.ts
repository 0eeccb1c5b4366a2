import type { Address } from './address.ts'
import type { Memory } from './memory.ts'
import { SETTLE, SPIN, type Waiting } from './wait.ts'

/**
 * The lock of short sections: a word that is 0 when free and 1 when held, all zero at first.
 *
 *     word  0 ──trySpin, spin, spinNow──> 1        1 ──unspin──> 0
 *
 * A section under it is plain code of a few instructions and never yields. Live it is then short,
 * and simulated it happens at one instant, so that contention for it shows as the price of its
 * line. For the same reason no other thread of the holder's CPU, and no interrupt there, ever finds
 * it held; only other CPUs do. A lock that is held across a yield all the same, as that of a
 * rendezvous, is entered by `spin` alone.
 *
 * There are three ways in, one for each context. A thread waits by `yield* spin`. Plain code that
 * has something else to do when it fails calls `trySpin`. `spinNow` is for plain code that must get
 * in: interrupts, and sections whose innermost lock this is.
 *
 * The lock is a set of functions over an address, so that a table of locks needs no object for
 * each; `SpinLock` is the same for a lock that stands alone. It does not know its holder and does
 * not outlive it: a thread that may be killed inside needs a mutex of `@smpnet/sync`.
 */

/**
 * Failed tries after which `spinNow` gives up. `Memory.pause` sleeps between most of them, so that
 * a worker tries for 10 s at least; a page's main thread, which may not sleep, for some 200 ms. No
 * section takes that long, even if its thread loses its core in it.
 */
export const MOST_TRIES = 200_000

/** Takes the lock if it is free and simulated time allows it. For any context. */
export function trySpin(memory: Memory, at: Address): boolean {
  return memory.settled() && memory.compareExchange(at, 0, 1) === 0
}

/** Takes the lock; waits as long as another CPU holds it, and until simulated time allows it. */
export function* spin(memory: Memory, at: Address): Waiting {
  for (;;) {
    while (!memory.settled()) yield SETTLE
    if (memory.compareExchange(at, 0, 1) === 0) return
    yield SPIN
  }
}

/**
 * Takes the lock without a yield. For interrupts, and for sections: it does not ask whether
 * simulated time has caught up. Throws an Error, naming the lock by `what`, when the lock is not
 * let go in `MOST_TRIES` tries; in simulated time at once, since its holder cannot run meanwhile.
 */
export function spinNow(memory: Memory, at: Address, what = 'a spin lock'): void {
  for (let tries = 1; memory.compareExchange(at, 0, 1) !== 0; tries++) {
    pauseOrGiveUp(memory, at, what, tries)
  }
}

/** Lets the lock go. The caller holds it. */
export function unspin(memory: Memory, at: Address): void {
  memory.store(at, 0)
}

/** One spin lock as an object: see the functions of this file. */
export class SpinLock {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    /** Names the lock in errors. */
    readonly what = 'a spin lock',
  ) {}

  /** Takes the lock if it is free and simulated time allows it. For any context. */
  tryEnter(): boolean {
    return trySpin(this.memory, this.at)
  }

  /** Takes the lock, and waits for it. */
  enter(): Waiting {
    return spin(this.memory, this.at)
  }

  /** Takes the lock without a yield; throws an Error when that is in vain. See `spinNow`. */
  enterNow(): void {
    spinNow(this.memory, this.at, this.what)
  }

  /** Lets the lock go. The caller holds it. */
  exit(): void {
    unspin(this.memory, this.at)
  }
}

function pauseOrGiveUp(memory: Memory, at: Address, what: string, tries: number): void {
  if (memory.isSimulated) {
    throw new Error(
      `${what} at ${at} is free whenever plain code of a simulated CPU asks for it: it is held, ` +
        'so that a section under it has yielded or has not ended',
    )
  }
  if (tries === MOST_TRIES) {
    throw new Error(
      `${what} at ${at} is held for a few instructions at a time: it was not let go in ` +
        `${MOST_TRIES} tries, so that its holder has ended, or is the caller`,
    )
  }
  memory.pause(tries - 1)
}
