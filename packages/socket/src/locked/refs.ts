import type { Address, Memory } from '@smpnet/memory'
import { SOCK } from './sock-layout.ts'

/** What has a socket: its owner or the queue that it waits in, and the other end. */
export const BY_OWNER = 1
export const BY_PEER = 2
const BITS = 2
const BOTH = BY_OWNER | BY_PEER

const { refs: REFS } = SOCK.offset

/**
 * The references to a use of a block, a bit for each that may have one, beside the number of the
 * use. One that lets go of what it has let go of already, or of a use that is over, changes
 * nothing: so an undertaker does again what the dead may have done.
 */
export function holdFresh(memory: Memory, block: Address, use: number): void {
  memory.store(block + REFS, (use << BITS) | BY_OWNER)
}

/** The other end has it, too. For a thread that knows that this use goes on. */
export function holdByPeer(memory: Memory, block: Address): void {
  memory.or(block + REFS, BY_PEER)
}

/** Lets a reference go. True for the last one of that use: the block is to be freed. */
export function letGo(memory: Memory, block: Address, use: number, by: number): boolean {
  for (;;) {
    const seen = memory.load(block + REFS)
    if (seen >>> BITS !== use || (seen & by) === 0) return false
    const left = seen & ~by
    if (memory.compareExchange(block + REFS, seen, left) !== seen) continue
    return (left & BOTH) === 0
  }
}

/** Whether something has that use of a block. */
export function isHeld(memory: Memory, block: Address, use: number): boolean {
  const seen = memory.load(block + REFS)
  return seen >>> BITS === use && (seen & BOTH) !== 0
}
