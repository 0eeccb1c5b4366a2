import { ILLEGAL } from '@smpnet/fsm'
import { type Address, holderOf, type Memory } from '@smpnet/memory'
import { END, type EndEvent } from '../life-table.ts'
import type { LockScheme } from './schemes/lock-scheme.ts'
import { SOCK } from './sock-layout.ts'

const STATE_BITS = 4
const STATE = (1 << STATE_BITS) - 1
/** Of a state that is swapped: the socket's owner, so that both are written by one swap. */
const OWNER_BITS = 10
const OWNER = ((1 << OWNER_BITS) - 1) << STATE_BITS
const USE_SHIFT = STATE_BITS + OWNER_BITS
const USE = -1 >>> USE_SHIFT
const { state: STATES, event: EVENTS } = END

/** The owner of a socket that waits in a queue: no thread's. */
export const NOBODY = 0

/**
 * How a socket names the thread that owns it. A thread whose number has no room in a word is named
 * as nobody, and its sockets are not closed when it is buried.
 */
export function ownerOf(thread: number): number {
  const owner = holderOf(thread)
  return owner <= OWNER >>> STATE_BITS ? owner : NOBODY
}

/** The calls by which a socket becomes the caller's, which may die before it has done the rest. */
const OWNING: readonly EndEvent[] = ['connect', 'close', 'abort']

/** The states in which this end sends nothing more, and what they are without that. */
const WITHOUT_SHUT = new Map([
  [STATES.SEND_SHUT, STATES.CONNECTED],
  [STATES.BOTH_SHUT, STATES.RECEIVE_SHUT],
])
const WITH_SHUT = new Map([...WITHOUT_SHUT].map(([shut, open]) => [open, shut]))

/** A use of a block as its words count it, of a count that goes on for longer. */
export function useNumber(count: number): number {
  return count & USE
}

/** The word of a new socket in a use of its block, CREATED, which is `owner`'s. */
export function createdIn(use: number, owner: number): number {
  return (use << USE_SHIFT) | (owner << STATE_BITS)
}

function useIn(word: number): number {
  return word >>> USE_SHIFT
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
  readonly #owner: Address
  readonly #kept: Kept

  constructor(
    readonly memory: Memory,
    scheme: LockScheme,
    socket: Address,
    readonly use: number,
  ) {
    this.at = socket + SOCK.offset.life
    this.#sendShut = socket + SOCK.offset.sendShut
    this.#owner = socket + SOCK.offset.owner
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
   * having changed nothing. `seen` is a row that was found earlier and is not looked up again. A
   * connect, a close and an abort make the socket `owner`'s, by the same change; a burial is
   * illegal unless it is `owner`'s: another has closed it.
   */
  change(event: EndEvent, owner = NOBODY, guards = 0, seen = ILLEGAL): number {
    const { memory, at } = this
    for (;;) {
      const word = memory.load(at)
      const row = seen === ILLEGAL ? END.step(this.#stateIn(word), EVENTS[event], guards) : seen
      if (row === ILLEGAL) return ILLEGAL
      if (event === 'bury' && this.#ownerIn(word) !== owner) return ILLEGAL
      if (this.#isWritten(word, event, END.next(row), owner)) return END.actionsOf(row)
    }
  }

  /** The socket's owner: NOBODY in a queue, and of another use. */
  owner(): number {
    const word = this.memory.load(this.at)
    return useIn(word) === this.use ? this.#ownerIn(word) : NOBODY
  }

  /**
   * Makes the socket `owner`'s. For the holder of the queue that it comes into or leaves, or a
   * thread that has it, in the section of the state; false, having done nothing, when it is of
   * another use, or in one of the states `but`.
   */
  give(owner: number, but = 0): boolean {
    const { memory, at } = this
    for (;;) {
      const word = memory.load(at)
      if (useIn(word) !== this.use || ((1 << SockState.stateOf(word)) & but) !== 0) return false
      if (this.#kept !== 'swapped') memory.store(this.#owner, owner)
      else if (!this.#isSwapped(word, owned(word, owner))) continue
      return true
    }
  }

  #ownerIn(word: number): number {
    if (this.#kept !== 'swapped') return this.memory.load(this.#owner)
    return (word & OWNER) >>> STATE_BITS
  }

  #isSwapped(word: number, written: number): boolean {
    return this.memory.compareExchange(this.at, word, written) === word
  }

  #isWritten(word: number, event: EndEvent, next: number, owner: number): boolean {
    const { memory, at } = this
    if (this.#kept === 'halves' && event === 'shutdown') {
      if (WITHOUT_SHUT.has(next)) memory.store(this.#sendShut, 1)
      return true
    }
    const half = this.#kept === 'halves' ? (WITHOUT_SHUT.get(next) ?? next) : next
    const written = (word & ~STATE) | half
    const isOwning = OWNING.includes(event)
    if (this.#kept === 'swapped') {
      const whole = isOwning ? owned(written, owner) : written
      return whole === word || this.#isSwapped(word, whole)
    }
    if (isOwning) memory.store(this.#owner, owner)
    if (written !== word) memory.store(at, written)
    return true
  }

  #stateIn(word: number): number {
    if (useIn(word) !== this.use) return STATES.FREED
    const state = SockState.stateOf(word)
    if (this.#kept !== 'halves' || !WITH_SHUT.has(state)) return state
    return SockState.withShut(state, this.memory.load(this.#sendShut) !== 0)
  }
}

function owned(word: number, owner: number): number {
  return (word & ~OWNER) | (owner << STATE_BITS)
}
