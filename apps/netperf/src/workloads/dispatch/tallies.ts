import { type Address, CACHE_LINE_BYTES, type Memory, PricedMemory } from '@smpnet/memory'
import type { KernelSlice } from '../../model/kernel-slice.ts'

/**
 * What the CPUs have handled: a word each, on a line of its own, which every CPU may read. Counting
 * is no part of what is measured, and takes no simulated time.
 */
export class Tallies {
  readonly #memory: Memory
  /** The slice that a CPU of this isolate is in, by its number. */
  readonly slices: (KernelSlice | undefined)[] = []

  constructor(
    memory: Memory,
    readonly at: Address,
    readonly cpus: number,
  ) {
    this.#memory = memory instanceof PricedMemory ? memory.unbilled() : memory
  }

  static bytes(cpus: number): number {
    return cpus * CACHE_LINE_BYTES
  }

  /** A packet that came at `cameNs` was handled on that CPU of this isolate. */
  handled(cpu: number, cameNs: number): void {
    const at = this.at + cpu * CACHE_LINE_BYTES
    this.#memory.store(at, this.#memory.load(at) + 1)
    const slice = this.slices[cpu]
    if (slice !== undefined) slice.recorder('latency').record(slice.nowNs() - cameNs)
  }

  /** How many packets each CPU has handled up to now. */
  counts(): number[] {
    return Array.from({ length: this.cpus }, (_, cpu) => {
      return this.#memory.load(this.at + cpu * CACHE_LINE_BYTES)
    })
  }
}
