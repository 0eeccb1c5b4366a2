import { type Address, NIL } from './address.ts'
import type { Memory } from './memory.ts'

/**
 * A stack of what is free, linked by the first word of each entry. Its head is (m): whoever holds
 * the lock beside it may push and pop, and nobody else looks.
 */
export class FreeList {
  constructor(
    readonly memory: Memory,
    /** The address of the head; the word is NIL at first. */
    readonly head: Address,
  ) {}

  push(entry: Address): void {
    this.memory.write(entry, this.memory.read(this.head))
    this.memory.write(this.head, entry)
  }

  /** The entry pushed last, or NIL. */
  pop(): Address {
    const top = this.memory.read(this.head)
    if (top !== NIL) this.memory.write(this.head, this.memory.read(top))
    return top
  }
}
