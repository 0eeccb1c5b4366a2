import { ILLEGAL } from '@smpnet/fsm'
import type { Address, Memory } from '@smpnet/memory'
import { END, type EndEvent } from '../life-table.ts'
import type { LockScheme } from './schemes/lock-scheme.ts'
import { SOCK } from './sock-layout.ts'

const STATE_BITS = 4
const STATE = (1 << STATE_BITS) - 1
const { state: STATES, event: EVENTS } = END

/** The states in which this end sends nothing more, and what they are without that. */
const WITHOUT_SHUT = new Map([
  [STATES.SEND_SHUT, STATES.CONNECTED],
  [STATES.BOTH_SHUT, STATES.RECEIVE_SHUT],
])
const WITH_SHUT = new Map([...WITHOUT_SHUT].map(([shut, open]) => [open, shut]))

/** The word of the next use of a block whose word is `before`. */
export function createdAfter(before: number): number {
  return (useIn(before) + 1) << STATE_BITS
}

function useIn(word: number): number {
  return word >>> STATE_BITS
}

/** How a scheme keeps the state: one word, or that sending is shut apart from it; or swapped. */
type Kept = 'word' | 'halves' | 'swapped'

/**
 * The state of one use of a socket, by the table `END`. `change` is the one function that writes
 * it, in a section of the lock that the scheme has for it, or by a swap where it has none. In a
 * word of another use the socket is FREED.
 *
 * Where a scheme has two locks for it, that nothing more is sent is a word of its own, and each
 * change writes the half that it is about.
 */
export class SockState {
  readonly at: Address
  readonly #sendShut: Address
  readonly #kept: Kept

  constructor(
    readonly memory: Memory,
    scheme: LockScheme,
    socket: Address,
    readonly use: number,
  ) {
    this.at = socket + SOCK.offset.life
    this.#sendShut = socket + SOCK.offset.sendShut
    this.#kept = SockState.keptBy(scheme)
  }

  static keptBy({ areas }: LockScheme): Kept {
    if (areas.state === undefined) return 'swapped'
    return areas.state.lock === areas.sendShut?.lock ? 'word' : 'halves'
  }

  /** The number of the state in a word, without what is kept apart. */
  static stateOf(word: number): number {
    return word & STATE
  }

  /** A state with what is kept apart. */
  static withShut(state: number, isShut: boolean): number {
    return isShut ? (WITH_SHUT.get(state) ?? state) : state
  }

  /** Which use of a block is under way; its CPU has settled. */
  static useOf(memory: Memory, socket: Address): number {
    return useIn(memory.load(socket + SOCK.offset.life))
  }

  /** The number of the state; its CPU has settled. */
  load(): number {
    const word = this.memory.load(this.at)
    return this.#stateIn(word)
  }

  /** The row by which an event is taken in the state that is seen now, or ILLEGAL. */
  look(event: EndEvent, guards = 0): number {
    return END.step(this.load(), EVENTS[event], guards)
  }

  /**
   * Changes the state by an event and gives the bits of the actions that come of it, or ILLEGAL,
   * having changed nothing. `seen` is a row that was found earlier and is not looked up again.
   */
  change(event: EndEvent, guards = 0, seen = ILLEGAL): number {
    const { memory, at } = this
    for (;;) {
      const word = memory.load(at)
      const row = seen === ILLEGAL ? END.step(this.#stateIn(word), EVENTS[event], guards) : seen
      if (row === ILLEGAL) return ILLEGAL
      if (this.#isWritten(word, event, END.next(row))) return END.actionsOf(row)
    }
  }

  #isWritten(word: number, event: EndEvent, next: number): boolean {
    const { memory, at } = this
    if (this.#kept === 'halves' && event === 'shutdown') {
      if (WITHOUT_SHUT.has(next)) memory.store(this.#sendShut, 1)
      return true
    }
    const half = this.#kept === 'halves' ? (WITHOUT_SHUT.get(next) ?? next) : next
    const written = (word & ~STATE) | half
    if (written === word) return true
    if (this.#kept === 'swapped') return memory.compareExchange(at, word, written) === word
    memory.store(at, written)
    return true
  }

  #stateIn(word: number): number {
    if (useIn(word) !== this.use) return STATES.FREED
    const state = SockState.stateOf(word)
    if (this.#kept !== 'halves' || !WITH_SHUT.has(state)) return state
    return SockState.withShut(state, this.memory.load(this.#sendShut) !== 0)
  }
}
