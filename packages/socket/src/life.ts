import { ILLEGAL } from '@smpnet/fsm'
import { type Address, type Memory, NIL, SETTLE, type Waiting } from '@smpnet/memory'
import { SocketMisuse } from './errors.ts'
import { END, type EndEvent, statesOf } from './life-table.ts'
import { PAIR, type Side } from './pair-layout.ts'

/**
 * The lives of both ends of a pair are one word: which use of the pair it speaks of, and the state
 * of each end by the table `END`. So one load says all that a send or a receive asks about, one
 * compare-exchange decides which of two ends closes second, and one joins both or resets the other.
 * For an end of an earlier use of the pair, whose words may be others' by now, the state is FREED.
 *
 * `#written` is the one function that makes a new word of an old one.
 */
const STATE_BITS = 4
const STATE = (1 << STATE_BITS) - 1
const USE_SHIFT = 2 * STATE_BITS
const { action: ACTIONS, event: EVENTS, guard: GUARDS, state: STATES } = END

const USABLE = ~statesOf('DISCONNECTING', 'ABORTED', 'FREED')
const ENDED = ['DISCONNECTING', 'ABORTED', 'FREED', 'RESET', 'DISCONNECTED', 'BOTH_SHUT'] as const
const SENDS_NO_MORE = statesOf('SEND_SHUT', ...ENDED)
const RECEIVES_NO_MORE = statesOf('RECEIVE_SHUT', ...ENDED)
const IS_CUT = statesOf('RECEIVE_SHUT', 'BOTH_SHUT', 'RESET', 'DISCONNECTED')
const WAS_NEVER_BORN_OR_IS_FREED = statesOf('CREATED', 'FREED')

/** Of `tryStep`: `step` may. No set of actions. */
export const REFUSED = -1

/** The word of a pair that was given out just now, for that use: both ends are connected. */
export function bornIn(generation: number): number {
  return createdIn(generation) | (STATES.CONNECTED << STATE_BITS) | STATES.CONNECTED
}

/** The word of a pair for that use, one end of which is a new socket, and the other unborn. */
export function createdIn(generation: number): number {
  return generation << USE_SHIFT
}

/** Whether a word is of that use of its pair. */
export function isBornIn(word: number, generation: number): boolean {
  return word >> USE_SHIFT === bornIn(generation) >> USE_SHIFT
}

/** The life of a pair as one of its ends sees it. */
export class Life {
  readonly at: Address
  /** The word as long as both ends are connected: what a send or a receive is to find. */
  readonly whole: number
  readonly #own: number
  readonly #peer: number

  constructor(
    readonly memory: Memory,
    readonly pair: Address,
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
    return isOfUse ? (word >> this.#own) & STATE : STATES.FREED
  }

  /** Whether this end is in one of these states, which are bits of `statesOf`. */
  isIn(states: number): boolean {
    return isOneOf(states, this.stateIn(this.load()))
  }

  /** The number of the peer's state in a word. */
  peerStateIn(word: number): number {
    const isOfUse = word >> USE_SHIFT === this.whole >> USE_SHIFT
    return isOfUse ? this.#peerIn(word) : STATES.FREED
  }

  /** Whether this end can still be used. */
  isOpen(): boolean {
    return isOneOf(USABLE, this.stateIn(this.load()))
  }

  /** Whether what is received is all that will come, in a word of an end that can be used. */
  peerHasEnded(word: number): boolean {
    return isOneOf(SENDS_NO_MORE, this.#peerIn(word)) || isOneOf(IS_CUT, this.stateIn(word))
  }

  /** Whether the peer receives nothing more, in such a word. */
  peerIsGone(word: number): boolean {
    return isOneOf(RECEIVES_NO_MORE, this.#peerIn(word))
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
      const next = this.#written(word, row)
      while (!memory.settled()) yield SETTLE
      if (next === word || memory.compareExchange(at, word, next) === word) {
        return END.actionsOf(row)
      }
    }
  }

  /** `step` without a generator where nothing has to settle; REFUSED, having done nothing, else. */
  tryStep(event: EndEvent): number {
    return this.memory.isSimulated ? REFUSED : this.stepNow(event)
  }

  /** The same in a section, which has settled. */
  stepNow(event: EndEvent): number {
    const { memory, at } = this
    for (;;) {
      const word = memory.load(at)
      const row = this.#row(word, event)
      const next = this.#written(word, row)
      if (next === word || memory.compareExchange(at, word, next) === word) {
        return END.actionsOf(row)
      }
    }
  }

  /** Takes the error of a reset, if no call has reported it: true for one of those that ask. */
  *reports(): Waiting<boolean> {
    return ((yield* this.step('reported')) & ACTIONS.refuse) === 0
  }

  /** What a row makes of a word: this end's next state, and that of a peer that comes with it. */
  #written(word: number, row: number): number {
    const own = (word & ~(STATE << this.#own)) | (END.next(row) << this.#own)
    const actions = END.actionsOf(row)
    if ((actions & (ACTIONS.resetPeer | ACTIONS.joinPeer)) === 0) return own
    const event = (actions & ACTIONS.resetPeer) !== 0 ? EVENTS.reset : EVENTS.joined
    const peers = END.step(this.#peerIn(word), event)
    if (peers === ILLEGAL) throw this.#unjoined(word, event)
    return (own & ~(STATE << this.#peer)) | (END.next(peers) << this.#peer)
  }

  #unjoined(word: number, event: number): SocketMisuse {
    return new SocketMisuse(END.sentence(END.states[this.#peerIn(word)]!, END.events[event]!))
  }

  #row(word: number, event: EndEvent): number {
    const state = this.stateIn(word)
    const row = END.step(state, EVENTS[event], this.#guards(word, event))
    if (row === ILLEGAL) throw new SocketMisuse(END.sentence(END.states[state]!, event))
    return row
  }

  #guards(word: number, event: EndEvent): number {
    const isClosed = isOneOf(WAS_NEVER_BORN_OR_IS_FREED, this.#peerIn(word))
    const guards = this.peerIsGone(word) ? GUARDS.peerIsGone : 0
    const isBound = event === 'refused' && this.memory.load(this.pair + PAIR.offset.name) !== NIL
    return guards | (isClosed ? GUARDS.peerIsClosed : 0) | (isBound ? GUARDS.isBound : 0)
  }

  #peerIn(word: number): number {
    return (word >> this.#peer) & STATE
  }
}

function isOneOf(states: number, state: number): boolean {
  return ((states >> state) & 1) !== 0
}
