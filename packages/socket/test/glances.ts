import type { DataRace, RacingAccess } from '@smpnet/interleave'

/**
 * Which data races are failures: all but a glance, a plain read of a word that another thread
 * changes atomically, as the halves take it for a hint. What is seen of it may be old, and is
 * checked by what follows.
 */
export function races({ first, second }: DataRace): boolean {
  return !isGlance(first, second) && !isGlance(second, first)
}

function isGlance(one: RacingAccess, other: RacingAccess): boolean {
  return !one.isAtomic && !one.isWrite && other.isAtomic && one.bytes === other.bytes
}
