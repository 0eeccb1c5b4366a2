import { type Address, NIL } from './address.ts'
import { FreeList } from './free-list.ts'
import { layout, word } from './layout.ts'
import type { Memory } from './memory.ts'
import { SpinLock } from './spin-lock.ts'

const DEPOT = layout('depot', {
  /** (x) The spin lock. */
  lock: word('x', 'depot'),
  /** (m) under the lock: stacks of full and of empty magazines. */
  full: word('m', 'depot'),
  empty: word('m', 'depot'),
})

/** Where the CPUs of a zone exchange magazines: one lock over two stacks. */
export class Depot {
  static readonly bytes = DEPOT.size
  readonly lock: SpinLock
  readonly #full: FreeList
  readonly #empty: FreeList

  constructor(memory: Memory, at: Address) {
    this.lock = new SpinLock(memory, at + DEPOT.offset.lock)
    this.#full = new FreeList(memory, at + DEPOT.offset.full)
    this.#empty = new FreeList(memory, at + DEPOT.offset.empty)
  }

  /** A full magazine for an empty one, or NIL, and nothing exchanged, when there is none. */
  exchangeEmpty(magazine: Address): Address {
    const full = this.#full.pop()
    if (full !== NIL) this.#empty.push(magazine)
    return full
  }

  /** An empty magazine for a full one. There always is one: each CPU brought two. */
  exchangeFull(magazine: Address): Address {
    this.#full.push(magazine)
    const empty = this.#empty.pop()
    if (empty === NIL) throw new Error('a depot keeps two magazines per CPU: it has none empty')
    return empty
  }

  /** Adds a magazine while the zone is being made and nobody else knows it. */
  addFull(magazine: Address): void {
    this.#full.push(magazine)
  }
}
