import type { Address } from '@smpnet/memory'
import { CalmMemory } from '@smpnet/park/model'
import { END } from '../life-table.ts'
import { SOCK } from '../locked/sock-layout.ts'
import { SockState } from '../locked/sock-state.ts'

const { life: LIFE, sendShut: SEND_SHUT, sndHigh: FIRST_OPTION } = SOCK.offset

/** In the words of options of a block that is free: no option is so much. */
const FREE = -1

/** From which states to which ones the table has a row. */
const LEGAL = new Set(END.definition.rows.map(({ state, next }) => `${state} ${next}`))

/** A memory that judges each change of a socket's state by the table `END`. */
export class StrictMemory extends CalmMemory {
  keeps: 'word' | 'halves' | 'swapped' = 'word'
  readonly #judged = new Set<Address>()

  /** From now on the state of the socket in this block is judged. */
  judge(block: Address): void {
    this.#judged.add(block)
  }

  /** From now on no option of the socket in this block may be written: its words say so. */
  free(block: Address): void {
    for (let at = block + FIRST_OPTION; at < block + SOCK.size; at += 4) super.store(at, FREE)
  }

  /** Whether a word is the one at `offset` of a socket. */
  isOf(at: Address, offset: number): boolean {
    return this.#judged.has(at - offset)
  }

  override store(at: Address, value: number): void {
    if (this.#isOption(at) && super.load(at) === FREE) {
      throw new Error('an option was written into a block that is free')
    }
    const block = this.#blockOf(at)
    if (block === 0) return super.store(at, value)
    const before = this.#state(block)
    super.store(at, value)
    this.#expectLegal(before, this.#state(block))
  }

  override compareExchange(at: Address, expected: number, value: number): number {
    const found = super.compareExchange(at, expected, value)
    // What changes is whose the socket is, and not its state.
    if (SockState.stateOf(found) === SockState.stateOf(value)) return found
    if (found === expected && this.#judged.has(at - LIFE)) {
      this.#expectLegal(SockState.stateOf(found), SockState.stateOf(value))
    }
    return found
  }

  #isOption(at: Address): boolean {
    for (const block of this.#judged) {
      if (at >= block + FIRST_OPTION && at < block + SOCK.size) return true
    }
    return false
  }

  #blockOf(at: Address): Address {
    if (this.#judged.has(at - LIFE)) return at - LIFE
    return this.keeps === 'halves' && this.#judged.has(at - SEND_SHUT) ? at - SEND_SHUT : 0
  }

  #state(block: Address): number {
    const state = SockState.stateOf(super.load(block + LIFE))
    if (this.keeps !== 'halves') return state
    return SockState.withShut(state, super.load(block + SEND_SHUT) !== 0)
  }

  #expectLegal(before: number, after: number): void {
    const [from, to] = [END.states[before]!, END.states[after]!]
    if (LEGAL.has(`${from} ${to}`)) return
    throw new Error(`illegal transition of a socket: from ${from} to ${to}`)
  }
}
