import type { Thread } from '@smpnet/scheduler'
import type { KernelCounts } from './kernel-counts.ts'
import { type LatencyPages, LatencyRecorder, type Slice, type SliceResult } from '@smpnet/testing'

/** What our kernel's slice came to; it may have several kinds of latencies, by name. */
export interface KernelSliceResult extends SliceResult {
  readonly latencies?: Readonly<Record<string, LatencyRecorder>>
  /** What the workload itself has counted, by name. */
  readonly tallies?: Tallies
  /** What the kernel counted meanwhile; of one that was asked for statistics. */
  readonly counted?: KernelCounts
}

/** Counts of a workload's own, by name: of a slice, of all its clients together. */
export type Tallies = Readonly<Record<string, number>>

/** The name under which a workload with one kind of latency records it. */
export const ONLY = ''

/**
 * The slice as a client thread of our kernel sees it; how it ends is up to the machine. The clock
 * that it reads is that of the CPU on which the thread is by then.
 */
export class KernelSlice implements Slice {
  readonly #recorders = new Map<string, LatencyRecorder>()
  readonly #tallies = new Map<string, number>()
  readonly #td: Thread
  readonly #ended: () => boolean

  constructor(td: Thread, ended: () => boolean) {
    this.#td = td
    this.#ended = ended
  }

  /** When what is measured was over; undefined while it lasts. */
  endNs: number | undefined

  /** What the client does from now on is not measured, such as asking how much has come. */
  end(): void {
    this.endNs = this.nowNs()
  }

  done(_counted?: number): boolean {
    return this.#ended()
  }

  nowNs(): number {
    return this.#td.pcpu.now()
  }

  record(ns: number): void {
    this.recorder(ONLY).record(ns)
  }

  /** The recorder of a kind of latency; the same one in every slice. */
  recorder(name: string): LatencyRecorder {
    const known = this.#recorders.get(name)
    if (known !== undefined) return known
    const made = new LatencyRecorder()
    this.#recorders.set(name, made)
    return made
  }

  /** Adds to a count of the workload's own. */
  tally(name: string, by: number): void {
    this.#tallies.set(name, (this.#tallies.get(name) ?? 0) + by)
  }

  tallies(): Tallies {
    return Object.fromEntries(this.#tallies)
  }

  /** What was recorded, by kind. */
  pages(): Record<string, LatencyPages> {
    const used = [...this.#recorders].filter(([, recorder]) => recorder.count > 0)
    return Object.fromEntries(used.map(([name, recorder]) => [name, recorder.pages]))
  }

  clear(): void {
    this.endNs = undefined
    this.#tallies.clear()
    for (const recorder of this.#recorders.values()) recorder.clear()
  }
}
