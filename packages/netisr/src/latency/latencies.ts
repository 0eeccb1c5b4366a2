import { type Address, layout, type Memory, words } from '@smpnet/memory'
import type { PacketLinks } from '../protocols/protocol.ts'

/** Steps in each doubling, by which a latency is known to an eighth. */
const STEP_BITS = 3
const STEPS = 1 << STEP_BITS
/** For latencies up to 2^31 µs. */
const BINS = (32 - STEP_BITS) * STEPS

/** How long packets took to a CPU's handlers. (o), of the thread that runs on the CPU. */
export const LATENCY = layout('netisr latencies', { bins: words(BINS, 'o', 'latency') })

/** Latencies that were counted, each to an eighth of its size, in microseconds. */
export interface LatencyBin {
  /** From `fromUs` up to the next bin's. */
  readonly fromUs: number
  readonly packets: number
}

/**
 * Counts the time from a packet's arrival to the moment at which its handler gets it, for each CPU
 * in bins whose width grows with the latency. The clock and the time of arrival are the user's.
 */
export class Latencies {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly packets: PacketLinks,
    readonly nowUs: (cpu: number) => number,
  ) {}

  /** The handler is about to get a packet, on CPU `cpu`. Plain code. */
  begins(cpu: number, packet: Address): void {
    const tookUs = (this.nowUs(cpu) - this.packets.arrivedUs!(packet)) | 0
    const bin = this.at + cpu * LATENCY.size + 4 * binOf(tookUs)
    this.memory.write(bin, this.memory.read(bin) + 1)
  }

  /** The bins of a CPU that are not empty. */
  of(cpu: number): LatencyBin[] {
    return latencyBins(this.memory, this.at + cpu * LATENCY.size)
  }
}

/** The bins at `at` that are not empty. */
export function latencyBins(memory: Memory, at: Address): LatencyBin[] {
  const bins: LatencyBin[] = []
  for (let bin = 0; bin < BINS; bin++) {
    const packets = memory.read(at + 4 * bin)
    if (packets > 0) bins.push({ fromUs: leastOf(bin), packets })
  }
  return bins
}

/** The latency below which `share` of all packets are, from 0 to 1; NaN when there are none. */
export function latencyPercentile(bins: readonly LatencyBin[], share: number): number {
  const all = bins.reduce((sum, { packets }) => sum + packets, 0)
  let below = 0
  for (const { fromUs, packets } of bins) {
    below += packets
    if (below >= share * all) return fromUs
  }
  return NaN
}

/** Bins of single microseconds up to 8, and then eight for each doubling. */
function binOf(us: number): number {
  if (us < STEPS) return us < 0 ? 0 : us
  const doubling = 31 - Math.clz32(us)
  return (doubling - STEP_BITS + 1) * STEPS + ((us >> (doubling - STEP_BITS)) & (STEPS - 1))
}

function leastOf(bin: number): number {
  if (bin < STEPS) return bin
  const doubling = Math.floor(bin / STEPS) + STEP_BITS - 1
  return 2 ** doubling + (bin % STEPS) * 2 ** (doubling - STEP_BITS)
}
