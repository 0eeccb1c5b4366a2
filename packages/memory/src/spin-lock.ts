import type { Address } from './address.ts'
import type { Memory } from './memory.ts'
import { SETTLE, SPIN, type Waiting } from './wait.ts'

/**
 * The lock of short sections: a word that is 0 when free and else names its holder, all zero at
 * first.
 *
 *     word  0 ──trySpin, spin, spinNow──> holder     holder ──unspin──> 0
 *                    holder that has ended ──breakFrom, repaired──> 0
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
 * A holder is the number of a CPU or of an attached thread, and 1 more, so that it is never 0; code
 * that has no number yet is `ANONYMOUS`. A memory says which its code is (`Memory.holder`). So an
 * undertaker, whatever puts right what a thread has left that ended, can tell which locks the dead
 * held: `breakFrom` takes such a lock over, repairs what it protects, and lets it go. The lock is
 * the undertaker's meanwhile, so that one at a time repairs, and the undertaker of an undertaker
 * that ended in it repairs once more. A number is given to another thread after that only.
 *
 * The lock is a set of functions over an address, so that a table of locks needs no object for
 * each; `SpinLock` is the same for a lock that stands alone.
 */

/** The holder that is code without a number: what runs before its thread has got one. */
export const ANONYMOUS = -1

/** What CPU or thread `number` writes into the locks that it holds. */
export function holderOf(number: number): number {
  return number + 1
}

/** A holder, or what is read in a free lock, as messages call it. */
export function holderName(holder: number): string {
  if (holder === 0) return 'nobody'
  return holder === ANONYMOUS ? 'code without a number' : `CPU or thread ${holder - 1}`
}

/**
 * Failed tries after which `spinNow` gives up. `Memory.pause` sleeps between most of them, so that
 * a worker tries for 10 s at least; a page's main thread, which may not sleep, for some 200 ms. No
 * section takes that long, even if its thread loses its core in it.
 */
export const MOST_TRIES = 200_000

/** A lock was not let go in as many tries as its sections can take: its holder has ended. */
export class HeldTooLong extends Error {
  override readonly name = 'HeldTooLong'

  /** `holder` is what the lock's word was: see `holderOf`. */
  constructor(
    message: string,
    readonly at: Address,
    readonly holder: number,
  ) {
    super(message)
  }
}

/** Takes the lock if it is free and simulated time allows it. For any context. */
export function trySpin(memory: Memory, at: Address): boolean {
  return memory.settled() && memory.compareExchange(at, 0, memory.holder) === 0
}

/** `trySpin` for code that is `holder`, whatever the memory says. */
export function trySpinAs(memory: Memory, at: Address, holder: number): boolean {
  return memory.settled() && memory.compareExchange(at, 0, holder) === 0
}

/** Takes the lock; waits as long as another CPU holds it, and until simulated time allows it. */
export function* spin(memory: Memory, at: Address): Waiting {
  for (;;) {
    while (!memory.settled()) yield SETTLE
    if (memory.compareExchange(at, 0, memory.holder) === 0) return
    yield SPIN
  }
}

/**
 * Takes the lock without a yield. For interrupts, and for sections: it does not ask whether
 * simulated time has caught up. Throws `HeldTooLong`, naming the lock by `what` and its holder,
 * when the lock is not let go in `MOST_TRIES` tries; in simulated time at once, since its holder
 * cannot run meanwhile.
 */
export function spinNow(memory: Memory, at: Address, what = 'a spin lock'): void {
  const found = memory.compareExchange(at, 0, memory.holder)
  if (found !== 0) spinOn(memory, at, what, memory.holder, found)
}

/** `spinNow` for code that is `holder`, whatever the memory says. */
export function spinNowAs(memory: Memory, at: Address, what: string, holder: number): void {
  const found = memory.compareExchange(at, 0, holder)
  if (found !== 0) spinOn(memory, at, what, holder, found)
}

function spinOn(memory: Memory, at: Address, what: string, holder: number, first: number): void {
  for (let tries = 1, found = first; found !== 0; tries++) {
    pauseOrGiveUp(memory, at, what, tries, found)
    found = memory.compareExchange(at, 0, holder)
  }
}

/** Lets the lock go. The caller holds it. */
export function unspin(memory: Memory, at: Address): void {
  memory.store(at, 0)
}

/**
 * For an undertaker: if the lock is `ended`'s, which has ended, takes it over, repairs what it
 * protects, lets it go, and says true. The dead may have made any part of a section's writes, and
 * an undertaker that ended before any part of `repair`. What `repair` throws leaves the lock held,
 * since what it protects is not whole.
 */
export function breakFrom(
  memory: Memory,
  at: Address,
  ended: number,
  repair: () => void,
  holder = memory.holder,
): boolean {
  if (memory.compareExchange(at, ended, holder) !== ended) return false
  repair()
  unspin(memory, at)
  return true
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

  /** Takes the lock without a yield; throws HeldTooLong when that is in vain. See `spinNow`. */
  enterNow(): void {
    spinNow(this.memory, this.at, this.what)
  }

  /** Lets the lock go. The caller holds it. */
  exit(): void {
    unspin(this.memory, this.at)
  }

  /** The holder, or 0. See `holderOf`. */
  holder(): number {
    return this.memory.load(this.at)
  }

  /** Repairs what `ended` held when it ended, and lets it go; false if it did not. */
  breakFrom(ended: number, repair: () => void): boolean {
    return breakFrom(this.memory, this.at, ended, repair)
  }
}

function pauseOrGiveUp(
  memory: Memory,
  at: Address,
  what: string,
  tries: number,
  found: number,
): void {
  if (memory.isSimulated) {
    throw new HeldTooLong(
      `${what} at ${at} is free whenever plain code of a simulated CPU asks for it: ` +
        `${holderName(found)} holds it, so that a section under it has yielded or has not ended`,
      at,
      found,
    )
  }
  if (tries === MOST_TRIES) {
    throw new HeldTooLong(
      `${what} at ${at} is held for a few instructions at a time: ${holderName(found)} did not ` +
        `let it go in ${MOST_TRIES} tries, so that it has ended, or is the caller`,
      at,
      found,
    )
  }
  memory.pause(tries - 1)
}
