import { allowBothMemories, PricedMemory, workName } from '@smpnet/memory'

// Tests of this package are of both kinds of memory, and measure nothing by the host's time.
allowBothMemories()

/** Collects what code is billed for, by the name of the work. */
export class Bill {
  readonly #charges: Record<string, number> = {}

  constructor(readonly onCharge: (name: string, times: number) => void = () => {}) {}

  charges(): Record<string, number> {
    return this.#charges
  }

  add(name: string, times: number): void {
    this.#charges[name] = (this.#charges[name] ?? 0) + times
    this.onCharge(name, times)
  }
}

/** A memory whose accesses are free and whose named work goes on a bill. */
export function billedMemory(bytes: number, bill: Bill): PricedMemory {
  return new PricedMemory(bytes, {
    read: () => {},
    write: () => {},
    update: () => {},
    copy: () => {},
    charge: (work, times) => bill.add(workName(work), times),
    pause: () => {},
    settled: () => true,
    claimed: () => true,
    owned: () => true,
    failed: () => {},
  })
}
