import { type Address, type Memory, NIL } from '@smpnet/memory'
import { ENDPOINT_OFFSET } from './endpoints.ts'

/**
 * How well a block fits a packet, as FreeBSD's in_pcblookup judges it: what a block says must be
 * the packet's, and the more it says, the better. A foreign end counts for more than a local one.
 */
export const MATCH = {
  none: 0,
  /** The local port alone. */
  port: 1,
  /** The local address, too: a server bound to one address. */
  local: 2,
  /** The foreign end, with any local address. */
  foreign: 3,
  /** All four: a connection. */
  exact: 4,
} as const

/** Blocks of one chain at most: a longer one has been linked in a circle. */
export const MOST_IN_CHAIN = 1 << 20

/** How well the block at `pcb` fits a packet from the foreign to the local end: of `MATCH`. */
export function matchScore(
  memory: Memory,
  pcb: Address,
  localAddress: number,
  localPort: number,
  foreignAddress: number,
  foreignPort: number,
): number {
  if (memory.read(pcb + ENDPOINT_OFFSET.localPort) !== localPort) return MATCH.none
  let score: number = MATCH.port
  const local = memory.read(pcb + ENDPOINT_OFFSET.localAddress)
  if (local !== 0) {
    if (local !== localAddress) return MATCH.none
    score += 1
  }
  const foreign = memory.read(pcb + ENDPOINT_OFFSET.foreignAddress)
  if (foreign !== 0) {
    if (foreign !== foreignAddress) return MATCH.none
    if (memory.read(pcb + ENDPOINT_OFFSET.foreignPort) !== foreignPort) return MATCH.none
    score += 2
  }
  return score
}

/**
 * The block of the chain that begins with `first` which fits best, and of those that fit alike the
 * first; NIL when none fits. Its caller holds the table's lock, or is in its epoch.
 */
export function bestMatch(
  memory: Memory,
  first: Address,
  localAddress: number,
  localPort: number,
  foreignAddress: number,
  foreignPort: number,
): Address {
  let best = NIL
  let bestScore: number = MATCH.none
  let left = MOST_IN_CHAIN
  for (let pcb = first; pcb !== NIL; pcb = memory.load(pcb + ENDPOINT_OFFSET.next)) {
    if (left-- === 0) throw new Error(circleAt(first))
    const score = matchScore(memory, pcb, localAddress, localPort, foreignAddress, foreignPort)
    if (score === MATCH.exact) return pcb
    if (score > bestScore) {
      best = pcb
      bestScore = score
    }
  }
  return best
}

function circleAt(first: Address): string {
  return `a chain of control blocks has at most ${MOST_IN_CHAIN}: the one at ${first} has no end`
}
