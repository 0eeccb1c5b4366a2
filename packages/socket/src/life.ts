import { ILLEGAL } from '@smpnet/fsm'
import { type Address, type Memory, SETTLE, type Waiting } from '@smpnet/memory'
import { SocketMisuse } from './errors.ts'
import { END, type EndEvent } from './life-table.ts'
import { PAIR, type Side } from './pair-layout.ts'

/**
 * The lives of both ends of a pair are one word: which use of the pair it speaks of, and the state
 * of each end by the table `END`. So one load says all that a send or a receive asks about, and one
 * compare-exchange decides which of two ends closes second. For an end of an earlier use of the
 * pair, whose words may be others' by now, the state is CLOSED.
 */
const STATE_BITS = 2
const STATE = (1 << STATE_BITS) - 1
const USE_SHIFT = 2 * STATE_BITS

/** The word of a pair that was given out just now, for that use: both ends are open. */
export function bornIn(generation: number): number {
  return generation << USE_SHIFT
}

/** Whether a word is of that use of its pair. */
export function isBornIn(word: number, generation: number): boolean {
  return word >> USE_SHIFT === bornIn(generation) >> USE_SHIFT
}

/** The life of a pair as one of its ends sees it. */
export class Life {
  readonly at: Address
  /** The word as long as both ends are open: what a send or a receive is to find. */
  readonly whole: number
  readonly #own: number
  readonly #peer: number

  constructor(
    readonly memory: Memory,
    pair: Address,
    side: Side,
    generation: number,
  ) {
    this.at = pair + PAIR.offset.life
    this.whole = bornIn(generation)
    this.#own = side * STATE_BITS
    this.#peer = STATE_BITS - this.#own
  }

  load(): number {
    return this.memory.load(this.at)
  }

  /** The same, read plainly as long as it is whole: what has ended may be seen a little late. */
  glance(): number {
    return this.memory.read(this.at) === this.whole ? this.whole : this.load()
  }

  /** The number of this end's state in a word. */
  stateIn(word: number): number {
    const isOfUse = word >> USE_SHIFT === this.whole >> USE_SHIFT
    return isOfUse ? (word >> this.#own) & STATE : END.state.CLOSED
  }

  /** Whether this end can still be used. */
  isOpen(): boolean {
    const state = this.stateIn(this.load())
    return state === END.state.OPEN || state === END.state.SHUT
  }

  /** Whether the peer sends nothing more, in a word of an end that can still be used. */
  peerHasEnded(word: number): boolean {
    return this.#peerIn(word) !== END.state.OPEN
  }

  /** Whether the peer receives nothing more, in such a word. */
  peerIsGone(word: number): boolean {
    const peer = this.#peerIn(word)
    return peer === END.state.CLOSING || peer === END.state.CLOSED
  }

  /**
   * Checks that an end whose life is `word` takes an event that does not change its state, and says
   * which actions come of it. Throws SocketMisuse with the sentence of the table.
   */
  check(word: number, event: EndEvent): number {
    return END.actionsOf(this.#row(word, event))
  }

  /** Changes this end's state by an event, and says which actions are to be carried out. */
  *step(event: EndEvent): Waiting<number> {
    const { memory, at } = this
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const word = memory.load(at)
      const row = this.#row(word, event)
      const next = (word & ~(STATE << this.#own)) | (END.next(row) << this.#own)
      while (!memory.settled()) yield SETTLE
      if (next === word || memory.compareExchange(at, word, next) === word) {
        return END.actionsOf(row)
      }
    }
  }

  #row(word: number, event: EndEvent): number {
    const state = this.stateIn(word)
    const row = END.step(state, END.event[event], this.#guards(word))
    if (row === ILLEGAL) throw new SocketMisuse(END.sentence(END.states[state]!, event))
    return row
  }

  #guards(word: number): number {
    const isClosed = this.#peerIn(word) === END.state.CLOSED
    const gone = this.peerIsGone(word) ? END.guard.peerIsGone : 0
    return isClosed ? gone | END.guard.peerIsClosed : gone
  }

  #peerIn(word: number): number {
    return (word >> this.#peer) & STATE
  }
}
