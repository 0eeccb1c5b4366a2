import type { Cpu } from '@smpnet/machine'
import { LatencyRecorder, type Slice } from '@smpnet/testing'

/** The slice as a client thread of our kernel sees it; how it ends is up to the machine. */
export class KernelSlice implements Slice {
  readonly latency = new LatencyRecorder()
  readonly #cpu: Cpu
  readonly #ended: () => boolean

  constructor(cpu: Cpu, ended: () => boolean) {
    this.#cpu = cpu
    this.#ended = ended
  }

  done(): boolean {
    return this.#ended()
  }

  nowNs(): number {
    return this.#cpu.now()
  }

  record(ns: number): void {
    this.latency.record(ns)
  }
}
