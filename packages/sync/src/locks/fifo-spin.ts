import { type Address, came, layout, type Memory, word } from '@smpnet/memory'
import {
  expectWaiter,
  FOREVER,
  isLimited,
  looksOf,
  nap,
  type Outcome,
  SETTLE,
  SPIN,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import type { SyncDomain } from '../domain/sync-domain.ts'
import { LockMisuse } from '../errors.ts'
import { Section } from '../offered/section.ts'
import type { Backoff } from '../words/backoff.ts'
import { inWords } from '../words/names.ts'

/**
 * What spin locks have in common whose waiters stand in a queue, so that the lock goes to those
 * that wait in the order in which they came, and none starves as it may at a `SpinMutex`.
 *
 * The queue is the kind's own. Its holder also writes its name, on a line that only holders touch:
 * a queue says who is next, and not who is inside, which a mistaken exit has to be told by.
 *
 * A place in a queue cannot be given up, for the waiter before hands the lock on to it. So a waiter
 * whose wait may be given up takes none: it enters when it finds the lock free with an empty queue,
 * as one that only tries does, and naps between its looks after some of them. For the same reason a
 * waiter that ends in the queue keeps out all behind it, as a holder does that ends inside.
 */
export const HOLDER = layout('holder of a fifo spin lock', {
  /**
   * (m) under the lock: the waiter that is inside, or NIL. Others load it, for messages, and to
   * find themselves in it: a waiter finds its own name only where it has written that itself.
   */
  owner: word('m', 'holder'),
})

/** The line of the holder is the first of such a lock, and its queue names no waiter. */
export const HOLDER_NAMED = inWords(HOLDER.offset.owner)

const UNOWNED = 0
const NAP_MS = 1

export abstract class FifoSpin extends Section {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly domain?: SyncDomain,
    /** How its waiters wait between two looks; they look at once without. */
    readonly backoff?: Backoff,
  ) {
    super(domain)
  }

  /** Takes a free lock of which nobody waits; plain, and false where it is none. */
  protected abstract tryTake(td: Waiter): boolean
  /** Whether the lock is free and nobody waits, for a waiter that looks before it tries. */
  protected abstract looksFree(): boolean
  /** Waits in the queue until the lock is the waiter's. */
  protected abstract take(td: Waiter): Waiting
  /** Whether time and lines are such that plain code may give the lock: asked before all else. */
  protected abstract mayGive(): boolean
  /** Gives the lock, whose holder is `td`, to the next; false where that takes a wait. */
  protected abstract tryGive(td: Waiter): boolean
  /** The same, waiting for a next that has come and has not said so yet. */
  protected abstract give(td: Waiter): Waiting

  tryEnter(td: Waiter): boolean {
    expectWaiter(td, 'section.tryEnter', 'tryLock')
    if (!this.tryTake(td)) return false
    this.memory.write(this.at, td.at)
    return true
  }

  enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'section.enter', 'lockSync, or awaits lock')
    return this.#enter(td, until)
  }

  *#enter(td: Waiter, until: Until): Waiting<Outcome> {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    if (memory.load(at) === td.at) {
      throw new LockMisuse(`${this.name()} is held by this waiter already`)
    }
    if (isLimited(until)) return yield* this.#enterUntil(td, until)
    yield* this.take(td)
    memory.write(at, td.at)
    return WOKEN
  }

  *#enterUntil(td: Waiter, until: Until): Waiting<Outcome> {
    for (let looks = looksOf(td, until), spins = 0; ; looks--) {
      while (!this.memory.settled()) yield SETTLE
      if (this.looksFree()) {
        while (!this.memory.claimed(this.tail)) yield SETTLE
        if (this.tryEnter(td)) return WOKEN
      }
      if (looks > 0) {
        this.#backsOff(spins++)
        yield SPIN
        continue
      }
      const outcome = yield* nap(td, NAP_MS, until)
      if (outcome !== WOKEN) return outcome
    }
  }

  tryExit(td: Waiter): boolean {
    expectWaiter(td, 'section.tryExit', 'unlock')
    const { memory, at } = this
    if (!this.mayGive()) return false
    const owner = memory.read(at)
    if (owner === UNOWNED || owner !== td.at) return false
    // Another names itself as soon as the lock is given: so this comes first, and is taken back.
    memory.write(at, UNOWNED)
    if (this.tryGive(td)) return true
    memory.write(at, td.at)
    return false
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'section.exit', 'unlock')
    return this.#exit(td)
  }

  *#exit(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    const owner = memory.read(at)
    if (owner !== td.at) {
      const holder = owner === UNOWNED ? 'nobody holds it' : `waiter ${owner} holds it`
      throw new LockMisuse(
        `${this.name()} is unlocked by its holder: ${holder}, ${came(td.at)} came`,
      )
    }
    memory.write(at, UNOWNED)
    yield* this.give(td)
  }

  /** The word that an entry changes by an atomic operation. */
  protected abstract get tail(): Address

  /** Looks until `isSo` of the word at `at`, which it looks at settled. */
  protected *until(at: Address, isSo: (value: number) => boolean): Waiting {
    const { memory } = this
    for (let spins = 0; ; ) {
      while (!memory.settled()) yield SETTLE
      if (isSo(memory.load(at))) return
      this.#backsOff(spins++)
      memory.spinsFor(at)
      yield SPIN
    }
  }

  #backsOff(spins: number): void {
    this.backoff?.wait(this.memory, spins)
  }

  override holder(): Address {
    return this.owner()
  }

  /** The address of the waiter that holds the lock, or NIL. */
  owner(): Address {
    return this.memory.load(this.at)
  }
}
