import type { SliceResult, SliceSpec } from '../suite/slice.ts'
import type { PlainVariant, Runner } from '../suite/variant.ts'

const BATCH_NS = 200_000

/**
 * Runs a plain function in batches long enough (0.2 ms) that reading the clock does not show. The
 * batch grows while the function warms up, so the first slices should not be counted.
 */
export class PlainRunner implements Runner {
  readonly #loop: (n: number) => unknown
  #batch = 1

  constructor(operation: PlainVariant) {
    this.#loop = loopOf(operation)
  }

  async slice(spec: SliceSpec): Promise<SliceResult> {
    if (spec.count !== undefined) return { count: spec.count, ns: this.#time(spec.count) }
    let count = 0
    let ns = 0
    while (ns < spec.ms * 1e6) {
      const batch = this.#batch
      const took = this.#time(batch)
      if (took < BATCH_NS) this.#batch = batch * 2
      count += batch
      ns += took
    }
    return { count, ns }
  }

  async stop(): Promise<void> {}

  #time(n: number): number {
    const start = performance.now()
    this.#loop(n)
    return (performance.now() - start) * 1e6
  }
}

/**
 * A loop compiled for this operation alone. One loop shared by all variants would call through a
 * megamorphic site, and each variant's figure would depend on which ones ran before it.
 */
function loopOf(operation: PlainVariant): (n: number) => unknown {
  const make = new Function(
    'operation',
    'return (n) => { let last; for (let i = 0; i < n; i++) last = operation(); return last }',
  ) as (operation: PlainVariant) => (n: number) => unknown
  return make(operation)
}
