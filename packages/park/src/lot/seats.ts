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
  /**
   * (x) The holder that buries the guest, with the lowest bits of the guest's generation above it;
   * or 0. Set before the state is BURIED, cleared after: of another generation it says nothing.
   */
  undertaker: word('x', 'thread'),
})

const FREE = 0
const TAKEN = 1
const EXPECTED = 2
const ARRIVED = 3
const LEFT = 4
const BURIED = 5
const SHIFT = 3
const STATE = (1 << SHIFT) - 1
const TAG_SHIFT = 16
const TAG = 0x7fff

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

  /**
   * Makes `holder` the undertaker of a seat's thread, or the one that goes on with what it has
   * begun itself; false if there is another one, or was one.
   */
  beginBurial({ thread, generation }: Seat, holder: number): boolean {
    const word = this.#wordOf(thread)
    const undertaker = word + SEAT.offset.undertaker
    const mine = undertakes(generation, holder)
    const before = this.memory.load(undertaker)
    const isOthers = before !== mine && before !== 0 && isOf(before, generation)
    if (isOthers || !this.#change(undertaker, before, mine)) return false
    const isBegun = [EXPECTED, ARRIVED, LEFT].some((state) =>
      this.#change(word, of(generation, state), of(generation, BURIED)),
    )
    if (isBegun || this.memory.load(word) === of(generation, BURIED)) return true
    this.#change(undertaker, mine, 0)
    return false
  }

  /**
   * The seats whose burials `undertaker` has begun and not ended, which are `holder`'s from now.
   */
  takeOver(undertaker: number, holder: number): Seat[] {
    const seats: Seat[] = []
    for (let slot = 0; slot < this.count; slot++) {
      const word = this.at + slot * SEAT.size
      const generation = this.memory.load(word) >>> SHIFT
      const [from, to] = [undertaker, holder].map((one) => undertakes(generation, one))
      if (!this.#change(word + SEAT.offset.undertaker, from!, to!)) continue
      seats.push({ thread: this.first + slot, generation })
    }
    return seats
  }

  /** The number of a thread that the caller, `holder`, has buried is for others from now on. */
  endBurial({ thread, generation }: Seat, holder: number): void {
    const word = this.#wordOf(thread)
    this.#change(word, of(generation, BURIED), of(generation + 1, FREE))
    this.#change(word + SEAT.offset.undertaker, undertakes(generation, holder), 0)
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

function undertakes(generation: number, holder: number): number {
  return ((generation & TAG) << TAG_SHIFT) | holder
}

function isOf(undertaker: number, generation: number): boolean {
  return undertaker >>> TAG_SHIFT === (generation & TAG)
}
