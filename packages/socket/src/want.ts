import { type Address, type Memory, NIL } from '@smpnet/memory'
import {
  CHANGED,
  FOREVER,
  type Outcome,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { BYTES_WANTED, POLLED } from './pair-layout.ts'
import type { Note } from './note.ts'
import { wakeBoth } from './taking.ts'

const EVERYBODY = 0x7fffffff

/** Of `tryHold`: another holds the queue just now. No address. */
export const HELD = -1

/**
 * How one side of a direction waits for the other and is told: a want word.
 *
 * A waiter says what it wants, looks once more, and parks on the word if that is still set. The
 * other side publishes its progress and then looks at the word. All four are sequentially
 * consistent, so one of the two sees the other (Dekker), and the parking lot's own check closes
 * the gap between looking and sleeping. While nobody waits, looking is one load of a clean line.
 */
export class Want {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    /** The note of the end that waits here. */
    readonly note: Note,
  ) {}

  /** Whether anybody is to be told, now that there are `available` bytes. Never waits. */
  isDue(available: number): boolean {
    const want = this.memory.load(this.at)
    return want !== 0 && this.#isDueFor(want, available)
  }

  #isDueFor(want: number, available: number): boolean {
    if ((want & POLLED) !== 0 && !this.note.isPosted()) return true
    const bytes = want & BYTES_WANTED
    return bytes !== 0 && available >= bytes
  }

  /**
   * Before the progress is published that makes `available` bytes: the queue in which a waiter
   * sleeps that is to be told, held, so that to tell it cannot fail. NIL when no queue is needed,
   * and HELD when it is not to be had. To be followed by `tellNow`, or `letGo`. The word is read
   * plainly: a wish that this overlooks, `isDue` sees after publishing.
   */
  tryHold(td: Waiter, available: number): Address {
    const want = this.memory.read(this.at)
    return want === 0 ? NIL : this.#hold(td, want, available)
  }

  #hold(td: Waiter, want: number, available: number): Address {
    const bytes = want & BYTES_WANTED
    const isDue = bytes !== 0 && available >= bytes
    const isPolled = (want & POLLED) !== 0 && !this.note.isPosted()
    const key = isDue ? this.at : isPolled ? this.note.sleepingPoller() : NIL
    if (key === NIL) return NIL
    const queue = td.lot.tryLockQueue(key)
    return queue === NIL ? HELD : queue
  }

  /** Undoes `tryHold`. */
  letGo(td: Waiter, held: Address): void {
    if (held !== NIL) td.lot.unlockQueue(held)
  }

  /**
   * `tell` for plain code, after `tryHold` and publishing. True when the caller should yield
   * PREEMPT, as soon as it can.
   */
  tellNow(td: Waiter, held: Address): boolean {
    const want = this.memory.and(this.at, POLLED)
    const parked = (want & BYTES_WANTED) !== 0 ? this.at : NIL
    const poller = (want & POLLED) !== 0 ? this.note.postNow() : NIL
    return wakeBoth(td, held, parked, poller)
  }

  /** Whether nobody is to be told, which is all there is to do then. Simulated, `tell` looks. */
  isToldNow(): boolean {
    return !this.memory.isSimulated && this.memory.load(this.at) === 0
  }

  /** Tells the waiters: wakes one that is parked, and posts the note of one that polls. */
  *tell(td: Waiter): Waiting {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    const want = memory.and(this.at, POLLED)
    if ((want & BYTES_WANTED) !== 0) yield* td.lot.unpark(this.at, 1)
    if ((want & POLLED) !== 0) yield* this.note.post(td)
  }

  /** Tells all that wait, since several may, as those do that accept. */
  *tellAll(td: Waiter): Waiting {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    if (memory.load(this.at) === 0) return
    while (!memory.settled()) yield SETTLE
    const want = memory.and(this.at, POLLED)
    if ((want & BYTES_WANTED) !== 0) yield* td.lot.unpark(this.at, EVERYBODY)
    if ((want & POLLED) !== 0) yield* this.note.post(td)
  }

  /** Wakes all that wait, since one that has ended may have begun to tell them. */
  *stir(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    yield* td.lot.unpark(this.at, EVERYBODY)
  }

  /**
   * The same for one that has ended, and may have begun to tell: the word says no longer what is
   * left to be done. Waiters that are told in vain look again.
   */
  *tellForDead(td: Waiter): Waiting {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    memory.and(this.at, POLLED)
    yield* td.lot.unpark(this.at, EVERYBODY)
    yield* this.note.lose(td)
  }

  /**
   * Parks for `bytes` bytes while the word at `progress` is `seen` and that at `life` is `alive`.
   * WOKEN at the latest when the other side told of them; else why the wait was given up.
   */
  *wait(
    td: Waiter,
    bytes: number,
    progress: Address,
    seen: number,
    life: Address,
    alive: number,
    until: Until = FOREVER,
  ): Waiting<Outcome> {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    const want = memory.or(this.at, bytes) | bytes
    while (!memory.settled()) yield SETTLE
    const isOver = memory.load(progress) !== seen || memory.load(life) !== alive
    const outcome = isOver ? WOKEN : yield* td.lot.park(td, this.at, this.at, want, until)
    if (!isOver && (outcome === WOKEN || outcome === CHANGED)) return WOKEN
    while (!memory.settled()) yield SETTLE
    memory.and(this.at, POLLED)
    return outcome
  }

  /**
   * The same for the first of anything, and for several waiters. All are told by `tellAll`, and one
   * that gives up leaves the word as it is, since others may wait.
   */
  *waitAmong(
    td: Waiter,
    progress: Address,
    seen: number,
    life: Address,
    alive: number,
    until: Until = FOREVER,
  ): Waiting<Outcome> {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    const want = memory.or(this.at, 1) | 1
    while (!memory.settled()) yield SETTLE
    if (memory.load(progress) !== seen || memory.load(life) !== alive) return WOKEN
    const outcome = yield* td.lot.park(td, this.at, this.at, want, until)
    return outcome === CHANGED ? WOKEN : outcome
  }
}
