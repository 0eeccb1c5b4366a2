import { type Address, NIL } from '@smpnet/memory'
import type { Reason } from '../verdict/reasons.ts'

/** What a protocol wants done. */
export const ACTION = {
  /** Send the packet to the address that its value is. */
  send: 1,
  /** Append the packet to what the block's socket has received. */
  deliver: 2,
  /** Tell the block's socket of the error that the value is: a number of `ERRNO`. */
  error: 3,
  /** Free the packet; its way has come to an end. */
  free: 4,
  /** Free the packet, and count the reason that the value is. */
  drop: 5,
  /** Add one to the counter that the value is: of `REASON` or of `EVENT`. */
  count: 6,
} as const

const KIND = 0
const PACKET = 1
const PCB = 2
const VALUE = 3
const WORDS_EACH = 4
/** No single call of a protocol wants more done than this. */
const DEFAULT_BOUND = 16

/**
 * What protocols want done, in the order in which it is to be done. Its caller owns the list, hands
 * it to plain protocol code, perhaps under a lock, carries out what it says, there or later, and
 * clears it. The list is the caller's own; nothing in it is shared.
 */
export class Actions {
  /** How many there are. */
  length = 0
  readonly #words: Int32Array

  /** Throws a RangeError for a bound below 1. */
  constructor(readonly bound: number = DEFAULT_BOUND) {
    if (!(Number.isInteger(bound) && bound >= 1)) {
      throw new RangeError(`a list has room for at least 1 action: ${bound} came`)
    }
    this.#words = new Int32Array(bound * WORDS_EACH)
  }

  /** Forgets all of them. */
  clear(): void {
    this.length = 0
  }

  send(packet: Address, destination: number): void {
    this.#add(ACTION.send, packet, NIL, destination)
  }

  deliver(packet: Address, pcb: Address): void {
    this.#add(ACTION.deliver, packet, pcb, 0)
  }

  error(pcb: Address, errno: number): void {
    this.#add(ACTION.error, NIL, pcb, errno)
  }

  free(packet: Address): void {
    this.#add(ACTION.free, packet, NIL, 0)
  }

  drop(packet: Address, reason: Reason): void {
    this.#add(ACTION.drop, packet, NIL, reason)
  }

  /** For what no verdict or drop says. */
  count(counter: number): void {
    this.#add(ACTION.count, NIL, NIL, counter)
  }

  /** What the action at `index` is: a number of `ACTION`. */
  kind(index: number): number {
    return this.#words[index * WORDS_EACH + KIND]!
  }

  /** Its packet, or NIL. */
  packet(index: number): Address {
    return this.#words[index * WORDS_EACH + PACKET]!
  }

  /** Its control block, or NIL. */
  pcb(index: number): Address {
    return this.#words[index * WORDS_EACH + PCB]!
  }

  /** A destination, an errno, a reason or a counter, as its kind says. */
  value(index: number): number {
    return this.#words[index * WORDS_EACH + VALUE]!
  }

  #add(kind: number, packet: Address, pcb: Address, value: number): void {
    if (this.length === this.bound) throw new Error(this.#fullSentence())
    const at = this.length++ * WORDS_EACH
    this.#words[at + KIND] = kind
    this.#words[at + PACKET] = packet
    this.#words[at + PCB] = pcb
    this.#words[at + VALUE] = value
  }

  #fullSentence(): string {
    return (
      `a list of actions has room for ${this.bound}: its caller carries them out and clears it ` +
      'before it hands it on, and one more came'
    )
  }
}
