import { type Address, NIL } from './address.ts'
import { layout, word } from './layout.ts'
import { MAGAZINE } from './magazine.ts'
import type { Memory } from './memory.ts'
import { SETTLE, SPIN, type Waiting } from './wait.ts'

const DEPOT = layout('depot', {
  /** (x) 0 free, 1 held. Held for a few instructions, in which nothing yields. */
  lock: word('x', 'depot'),
  /** (m) under the lock: stacks of full and of empty magazines, linked by their `next`. */
  full: word('m', 'depot'),
  empty: word('m', 'depot'),
})

/** Where the CPUs of a zone exchange magazines: one lock over two stacks. */
export class Depot {
  static readonly bytes = DEPOT.size

  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  /** Spins until the depot is the caller's. The section up to `unlock` must not yield. */
  *lock(): Waiting {
    for (;;) {
      while (!this.memory.settled()) yield SETTLE
      if (this.memory.compareExchange(this.at + DEPOT.offset.lock, 0, 1) === 0) return
      yield SPIN
    }
  }

  unlock(): void {
    this.memory.store(this.at + DEPOT.offset.lock, 0)
  }

  /** A full magazine for an empty one, or NIL, and nothing exchanged, when there is none. */
  exchangeEmpty(magazine: Address): Address {
    const full = this.#pop(DEPOT.offset.full)
    if (full !== NIL) this.#push(DEPOT.offset.empty, magazine)
    return full
  }

  /** An empty magazine for a full one. There always is one: each CPU brought two. */
  exchangeFull(magazine: Address): Address {
    this.#push(DEPOT.offset.full, magazine)
    const empty = this.#pop(DEPOT.offset.empty)
    if (empty === NIL) throw new Error('a depot keeps two magazines per CPU: it has none empty')
    return empty
  }

  /** Adds a magazine while the zone is being made and nobody else knows it. */
  addFull(magazine: Address): void {
    this.#push(DEPOT.offset.full, magazine)
  }

  #push(stack: number, magazine: Address): void {
    this.memory.write(magazine + MAGAZINE.next, this.memory.read(this.at + stack))
    this.memory.write(this.at + stack, magazine)
  }

  #pop(stack: number): Address {
    const top = this.memory.read(this.at + stack)
    if (top !== NIL) this.memory.write(this.at + stack, this.memory.read(top + MAGAZINE.next))
    return top
  }
}
