import { type Address, LiveMemory, NIL } from '@smpnet/memory'

/** A memory in which a swap may go wrong at one word. */
export class PlantedMemory extends LiveMemory {
  /** A lock that lets all in. */
  open: Address = NIL
  /** A word that is changed in two steps, between which another may change it. */
  torn: Address = NIL

  override compareExchange(at: Address, expected: number, value: number): number {
    if (at === this.open) {
      super.exchange(at, value)
      return expected
    }
    if (at !== this.torn) return super.compareExchange(at, expected, value)
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }
}
