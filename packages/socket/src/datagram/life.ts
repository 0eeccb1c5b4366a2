import { ILLEGAL } from '@smpnet/fsm'
import { type Address, type Memory, SETTLE, type Waiting } from '@smpnet/memory'
import type { Waiter } from '@smpnet/park'
import { SocketMisuse } from '../errors.ts'
import { DATAGRAM } from './layout.ts'
import { DATAGRAM_LIFE, type DatagramEvent } from './life-table.ts'
import { enterMending, type SocketLock } from './lock-schemes.ts'

/**
 * The life of a socket is one word: which use of the socket it speaks of, and the state by the
 * table `DATAGRAM_LIFE`. It is written under the state's lock, here alone, and read without a lock.
 * In a word of another use, the socket of an earlier one is CLOSED.
 */
const STATE_BITS = 3
const STATE = (1 << STATE_BITS) - 1
const { state: STATES, event: EVENTS } = DATAGRAM_LIFE

/** The word of a new socket, unbound, of a use of its place: see `Pool.useOf`. */
export function bornAs(use: number): number {
  return use << STATE_BITS || 1 << STATE_BITS
}

/** Which use of a socket a word speaks of; 0 before the first, and never again. */
export function useIn(word: number): number {
  return word >> STATE_BITS
}

/** Whether nothing more is delivered to a socket with this word, nor taken from it. */
export function isOver(word: number): boolean {
  const state = word & STATE
  return state === STATES.CLOSING || state === STATES.CLOSED
}

/** The life of one use of a socket. */
export class DatagramLife {
  readonly at: Address

  constructor(
    readonly memory: Memory,
    socket: Address,
    readonly use: number,
    readonly lock: SocketLock,
  ) {
    this.at = socket + DATAGRAM.offset.life
  }

  /** The number of the state that a word says. */
  stateIn(word: number): number {
    return useIn(word) === this.use ? word & STATE : STATES.CLOSED
  }

  /** Whether this use of the socket has ended, or is about to, by a word. */
  hasEnded(word: number): boolean {
    return useIn(word) !== this.use || isOver(word)
  }

  /**
   * Changes the state by an event, and says which actions come of it. Throws SocketMisuse with the
   * sentence of the table for an event that is illegal in the state.
   */
  *step(td: Waiter, event: DatagramEvent, guards = 0): Waiting<number> {
    const { memory, lock } = this
    // A state is one word, which is whole.
    if (!lock.tryEnter(td)) yield* enterMending(td, lock, () => {})
    while (!memory.settled()) yield SETTLE
    const state = this.stateIn(memory.load(this.at))
    const row = DATAGRAM_LIFE.step(state, EVENTS[event], guards)
    if (row !== ILLEGAL && DATAGRAM_LIFE.next(row) !== state) {
      while (!memory.settled()) yield SETTLE
      memory.store(this.at, (this.use << STATE_BITS) | DATAGRAM_LIFE.next(row))
    }
    if (!lock.tryExit(td)) yield* lock.exit(td)
    if (row !== ILLEGAL) return DATAGRAM_LIFE.actionsOf(row)
    throw new SocketMisuse(DATAGRAM_LIFE.sentence(DATAGRAM_LIFE.states[state]!, event))
  }
}
