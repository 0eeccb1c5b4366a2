import type { Address } from '@smpnet/memory'
import { CPU, FLOW } from '../terms/names.ts'
import { ANY_CPU, type PacketLinks } from './protocol.ts'
import type { Registered } from './registry.ts'

/**
 * Which of `threads` workstreams a packet belongs to: netisr_select_cpuid. A policy that does not
 * know falls back to that of the source; one that leaves the CPU open takes the caller's, `here`,
 * under hybrid dispatch, which then handles the packet at once. Plain code.
 */
export function select(
  known: Registered,
  packets: PacketLinks,
  threads: number,
  here: number,
  source: number,
  packet: Address,
  isHybrid: boolean,
): number {
  if (threads === 1) return 0
  if (known.policyNumber === CPU) {
    const cpu = known.cpu!(packet, source)
    if (cpu !== ANY_CPU) return (cpu >>> 0) % threads
    if (isHybrid) return here % threads
  } else if (known.policyNumber === FLOW) {
    const flow = packets.flow(packet) || (known.flow?.(packet, source) ?? 0)
    if (flow !== 0) return (flow >>> 0) % threads
  }
  return (source >>> 0) % threads
}
