import { type Address, NIL } from './address.ts'
import type { Memory } from './memory.ts'

/**
 * Many threads push, one thread takes all: a stack of structures linked through a word of their
 * own.
 *
 * A push is one compare-exchange. The taker empties the stack by one exchange, so an entry cannot
 * leave and come back while a pusher looks at it: the ABA problem of popping one by one does not
 * arise, and no counter is needed. What was taken is turned round, so that it comes in the order
 * of the pushes. The head is (x); an entry's link is (o), its pusher's and then the taker's.
 */
export class TakeAllStack {
  constructor(
    readonly memory: Memory,
    /** The head's address; the word is NIL at first. */
    readonly head: Address,
    /** Bytes from an entry's address to its link. */
    readonly link: number,
  ) {}

  /**
   * Pushes an entry that is in no stack, or a chain of them at once, whose links lead from `entry`,
   * the newest, to `oldest`. True when the stack was empty: its taker may sleep.
   */
  push(entry: Address, oldest = entry): boolean {
    const { memory, head } = this
    for (;;) {
      const before = memory.load(head)
      memory.write(oldest + this.link, before)
      if (memory.compareExchange(head, before, entry) === before) return before === NIL
    }
  }

  /** Takes everything: the entry pushed first, with the others behind it, or NIL. */
  takeAll(): Address {
    const { memory, head, link } = this
    if (memory.load(head) === NIL) return NIL
    let entry = memory.exchange(head, NIL)
    let turned = NIL
    while (entry !== NIL) {
      const before = memory.read(entry + link)
      memory.write(entry + link, turned)
      turned = entry
      entry = before
    }
    return turned
  }

  /** What follows `entry` in what was taken. Ask before `entry` is used: then it may be pushed. */
  after(entry: Address): Address {
    return this.memory.read(entry + this.link)
  }

  /** Whether nothing is there now. */
  isEmpty(): boolean {
    return this.memory.load(this.head) === NIL
  }
}
