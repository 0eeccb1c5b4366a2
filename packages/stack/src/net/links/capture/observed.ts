import { type Memory, PricedMemory } from '@smpnet/memory'

/**
 * A memory as an observer sees it, who is no part of the machine: what is read and copied there is
 * billed to no simulated CPU. A live one is seen as it is.
 */
export function observed(memory: Memory): Memory {
  return memory instanceof PricedMemory ? memory.unbilled() : memory
}
