import type { SliceResult } from '@smpnet/testing'
import type { ChannelProgram } from '../baselines/channel.ts'
import type { KernelProgram } from '../kernel/kernel-program.ts'

/** One figure that a workload reports. */
export interface Metric {
  readonly name: string
  readonly unit: 'ns' | '1/s' | 'B/s'
  /** Where it comes from: the latencies that were recorded, or what was counted per second. */
  readonly from: 'latency' | 'count'
}

/** A workload: two programs, for the two ends of a stream, and what is measured. */
export interface Workload {
  readonly name: string
  readonly summary: string
  /** Bytes per message when `--size` does not say. */
  readonly defaultSize: number
  readonly metrics: readonly Metric[]
  /** The two ends over the event-loop alternatives. */
  readonly channel: ChannelProgram
  /** The two ends in threads of our kernel, on either machine. */
  readonly kernel: KernelProgram
}

/** What one variant of a workload came to. */
export interface VariantResult {
  readonly variant: string
  /** One for each run, oldest first. */
  readonly slices: readonly SliceResult[]
  /** Events that the simulator processed, in all runs together. */
  readonly events?: number
}
