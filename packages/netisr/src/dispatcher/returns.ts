import { type Address, NIL, type TakeAllStack } from '@smpnet/memory'
import { finish, type Waiter, type Waiting } from '@smpnet/park'
import { SEAT, SLOT, type Slots } from './slots.ts'

/** Slots that a CPU holds back at most. */
const MOST_HELD = 32

/**
 * Gives slots back to the threads that sent them, for one CPU: many at once, since each time both
 * sides write the line that they meet at.
 *
 * A slot is held back until there are some more, or the queue is drained, or the CPU is to wait,
 * but never from a thread that sleeps for it: that one says so in its seat, and is woken. So while
 * a thread has other things to do it is disturbed seldom, and while it has none it gets each slot
 * at once, or after one item more when it has fallen asleep just now.
 */
export class Giver {
  readonly #stacks: readonly TakeAllStack[]
  #seat = 0
  #newest: Address = NIL
  #oldest: Address = NIL
  #count = 0

  constructor(
    readonly slots: Slots,
    readonly mostHeld = MOST_HELD,
  ) {
    this.#stacks = Array.from({ length: slots.handle.senders }, (_, seat) => slots.stack(seat))
  }

  /** A slot is to go back, with its state. Plain code. */
  add(td: Waiter, slot: Address, state: number): void {
    const { memory } = this.slots
    const seat = memory.read(slot + SLOT.offset.seat)
    if (seat !== this.#seat) this.give(td)
    this.#seat = seat
    memory.write(slot + SLOT.offset.state, state)
    memory.write(slot + SLOT.offset.mail, this.#newest)
    if (this.#newest === NIL) this.#oldest = slot
    this.#newest = slot
    if (++this.#count >= this.mostHeld || this.isAwaited()) this.give(td)
  }

  /** All that is held back goes now: before the CPU waits for anything. Plain code. */
  give(td: Waiter): void {
    if (this.#newest === NIL) return
    const isFirst = this.#stacks[this.#seat]!.push(this.#newest, this.#oldest)
    this.#newest = NIL
    this.#count = 0
    if (!isFirst || !this.isAwaited()) return
    finish(td, td.lot.unpark(this.slots.seat(this.#seat) + SEAT.offset.done, 1))
  }

  /** Whether the thread of the seat sleeps, or is about to. */
  protected isAwaited(): boolean {
    return this.slots.memory.load(this.slots.seat(this.#seat) + SEAT.offset.isWaiting) !== 0
  }
}

/** Takes slots that come back to one seat, for its thread. */
export class Taker {
  readonly stack: TakeAllStack
  readonly #seat: Address

  constructor(
    readonly slots: Slots,
    seat: number,
  ) {
    this.stack = slots.stack(seat)
    this.#seat = slots.seat(seat)
  }

  /** Parks until some have come. */
  *untilSome(td: Waiter): Waiting {
    const { memory } = this.slots
    const done = this.#seat + SEAT.offset.done
    memory.store(this.#seat + SEAT.offset.isWaiting, 1)
    yield* td.lot.park(td, done, done, NIL)
    memory.store(this.#seat + SEAT.offset.isWaiting, 0)
  }

  /** Ends a sleep in vain. Plain code. */
  wake(td: Waiter): void {
    finish(td, td.lot.unpark(this.#seat + SEAT.offset.done, 1))
  }
}
