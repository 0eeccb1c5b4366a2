import { StrictMemory } from '../../src/model/index.ts'

/** Swaps a state in two steps, between which another may change it. */
export class TornMemory extends StrictMemory {
  override compareExchange(at: number, expected: number, value: number): number {
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }
}
