import { type Address, layout, type Memory, word } from '@smpnet/memory'

/**
 * The numbers of the threads outside a machine, each a word that says which thread has it.
 *
 * | state    | means                     | is left by                                             |
 * |----------|---------------------------|--------------------------------------------------------|
 * | FREE     | no thread has it          | a thread that comes, to TAKEN; an inviter, to EXPECTED |
 * | TAKEN    | a thread came by itself   | that thread, to FREE                                   |
 * | EXPECTED | kept for a guest to come  | the guest, to ARRIVED; its undertaker, to BURIED       |
 * | ARRIVED  | the guest has come        | the guest, to LEFT; its undertaker, to BURIED          |
 * | LEFT     | and has left; still kept  | its undertaker, to BURIED                              |
 * | BURIED   | its waiters are taken out | its undertaker, to FREE                                |
 *
 * Above the state is a generation, which grows whenever a kept number becomes free. An invitation
 * names it: a worker that starts late does not sit down on a seat that was given to another thread,
 * and an undertaker that buries a guest twice does not bury the next guest.
 */
const SEAT = layout('seat', {
  /** (x) The generation, shifted by `SHIFT`, and the state. */
  word: word('x', 'thread'),
})

const FREE = 0
const TAKEN = 1
const EXPECTED = 2
const ARRIVED = 3
const LEFT = 4
const BURIED = 5
const SHIFT = 3
const STATE = (1 << SHIFT) - 1

/** A number that is kept for one thread; it can be cloned and posted. */
export interface Seat {
  /** The number. */
  readonly thread: number
  /** Which of the guests that had the number in turn is meant. */
  readonly generation: number
}

export class Seats {
  /** Bytes of one seat; all are zero at first. */
  static readonly bytes = SEAT.size

  /** The seats at `at`, of the threads whose numbers begin with `first`. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly first: number,
    readonly count: number,
  ) {}

  /** A number for the thread that asks. Throws a RangeError when all are in use. */
  take(): number {
    return this.#claim(TAKEN).thread
  }

  /** A number for a thread that will come. Throws a RangeError when all are in use. */
  reserve(): Seat {
    return this.#claim(EXPECTED)
  }

  /** The number that was kept for the thread that asks. Throws a RangeError if it no longer is. */
  arrive({ thread, generation }: Seat): number {
    const word = this.#wordOf(thread)
    if (this.#change(word, of(generation, EXPECTED), of(generation, ARRIVED))) return thread
    throw new RangeError(
      `nobody is expected as thread ${thread}: it has come already, or was given up`,
    )
  }

  /** A thread gives its number back. Throws a RangeError for a number that no thread has. */
  leave(thread: number): void {
    const word = this.#wordOf(thread)
    const seen = this.memory.load(word)
    const state = seen & STATE
    const after = state === TAKEN ? FREE : LEFT
    if ((state === TAKEN || state === ARRIVED) && this.#change(word, seen, seen - state + after)) {
      return
    }
    throw new RangeError(`an attached thread is detached once, by its number: ${thread} is none`)
  }

  /** Makes the caller the undertaker of a seat's thread; false if there is or was one already. */
  beginBurial({ thread, generation }: Seat): boolean {
    const word = this.#wordOf(thread)
    return [EXPECTED, ARRIVED, LEFT].some((state) =>
      this.#change(word, of(generation, state), of(generation, BURIED)),
    )
  }

  /** The number of a thread that the caller has buried is for other threads from now on. */
  endBurial({ thread, generation }: Seat): void {
    this.memory.store(this.#wordOf(thread), of(generation + 1, FREE))
  }

  #claim(state: number): Seat {
    for (let slot = 0; slot < this.count; slot++) {
      const word = this.at + slot * SEAT.size
      const seen = this.memory.load(word)
      if ((seen & STATE) !== FREE || !this.#change(word, seen, seen + state)) continue
      return { thread: this.first + slot, generation: seen >>> SHIFT }
    }
    throw new RangeError(
      `a lot for ${this.count} attached threads has ${this.count} already: ` +
        'detach one, or make the lot for more',
    )
  }

  #change(word: Address, from: number, to: number): boolean {
    return this.memory.compareExchange(word, from, to) === from
  }

  #wordOf(thread: number): Address {
    const slot = thread - this.first
    if (Number.isInteger(slot) && slot >= 0 && slot < this.count) return this.at + slot * SEAT.size
    throw new RangeError(
      `attached threads have the numbers ${this.first} to ${this.first + this.count - 1}: ` +
        `${thread} is none`,
    )
  }
}

function of(generation: number, state: number): number {
  return (generation << SHIFT) | state
}
