import { type Address, NIL } from './address.ts'
import type { Memory } from './memory.ts'

/**
 * A stack of what is free, linked by the first word of each entry, as functions over the address of
 * its head. The head is NIL at first. Both words are for the holder of the lock beside the head, or
 * for its owner alone.
 */
export function pushFree(memory: Memory, head: Address, entry: Address): void {
  memory.write(entry, memory.read(head))
  memory.write(head, entry)
}

/** The entry that was pushed last, or NIL. */
export function popFree(memory: Memory, head: Address): Address {
  const top = memory.read(head)
  if (top !== NIL) memory.write(head, memory.read(top))
  return top
}
