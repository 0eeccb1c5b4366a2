import { type Address, layout, type Memory, word } from '@smpnet/memory'

/**
 * The numbers of the threads outside a machine, each a word that says who has it.
 *
 * | state    | means                     | who leaves it, and to what                             |
 * |----------|---------------------------|--------------------------------------------------------|
 * | FREE     | nobody's                  | a thread that comes, to TAKEN; an inviter, to EXPECTED |
 * | TAKEN    | a thread came by itself   | that thread, to FREE                                   |
 * | EXPECTED | kept for one to come      | that one, to ARRIVED; who gives it up, to BURIED       |
 * | ARRIVED  | the one invited has come  | that one, to LEFT; who buries it, to BURIED            |
 * | LEFT     | and has left; still kept  | who buries it, to BURIED                               |
 * | BURIED   | its waiters are taken out | the same, to FREE                                      |
 *
 * Above the state is a generation, which grows whenever a kept number becomes free. An invitation
 * names it: a worker that starts late does not sit down on a seat that was given to another, and
 * who buries a thread twice does not bury the next one.
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
  /** Which of those that had the number in turn is meant. */
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

  /** The number that was kept for the thread that asks. Throws a RangeError if it is not, now. */
  arrive({ thread, generation }: Seat): number {
    const word = this.#wordOf(thread)
    if (this.#change(word, of(generation, EXPECTED), of(generation, ARRIVED))) return thread
    throw new RangeError(
      `nobody is expected as thread ${thread}: it has come already, or was given up`,
    )
  }

  /** Its thread gives a number back. Throws a RangeError for one that no thread has. */
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

  /** The caller, and nobody else, is to bury the thread of a seat. False if that was done. */
  beginBurial({ thread, generation }: Seat): boolean {
    const word = this.#wordOf(thread)
    return [EXPECTED, ARRIVED, LEFT].some((state) =>
      this.#change(word, of(generation, state), of(generation, BURIED)),
    )
  }

  /** The number of a thread that the caller has buried is for others. */
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
