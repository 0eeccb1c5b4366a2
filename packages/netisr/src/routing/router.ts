import { NIL } from '@smpnet/memory'
import { ANY_CPU, type PacketLinks } from '../protocols/protocol.ts'
import type { Buckets } from './buckets.ts'
import type { Choice } from './choice.ts'
import { CPU, FLOW } from '../terms/names.ts'

/** Chooses workstreams for packets: netisr_select_cpuid. Plain code, without a lock. */
export class Router {
  constructor(
    readonly buckets: Buckets,
    readonly packets: PacketLinks,
    readonly threads: number,
  ) {}

  /**
   * Chooses for the packet of `choice`, which comes on CPU `here`. `dispatch` is that by which it
   * is chosen, or `ANY_DISPATCH`.
   */
  choose(choice: Choice, here: number, dispatch: number, isHybrid = false): Choice {
    choice.dispatch = dispatch
    choice.here = here
    choice.bucket = NIL
    choice.stream = this.threads === 1 ? 0 : this.#streamOf(choice, here, isHybrid)
    return choice
  }

  /**
   * By the policy. One that does not know falls back to that of the source; one that leaves the CPU
   * open takes the caller's under hybrid dispatch, which then handles the packet at once.
   */
  #streamOf(choice: Choice, here: number, isHybrid: boolean): number {
    const { known, source, packet } = choice
    if (known.policyNumber === CPU) {
      const cpu = known.cpu!(packet, source)
      if (cpu !== ANY_CPU) return (cpu >>> 0) % this.threads
      if (isHybrid) return here % this.threads
    } else if (known.policyNumber === FLOW) {
      const flow = this.packets.flow(packet) || (known.flow?.(packet, source) ?? 0)
      if (flow !== 0) return this.#ofFlow(choice, flow)
    }
    return (source >>> 0) % this.threads
  }

  #ofFlow(choice: Choice, flow: number): number {
    const { buckets } = this
    if (buckets.buckets === 0) return (flow >>> 0) % this.threads
    // Before the pins: what was read of them counts if this has not changed.
    choice.version = buckets.version()
    choice.bucket = buckets.bucketOf(flow)
    return buckets.to(choice.bucket)
  }
}
