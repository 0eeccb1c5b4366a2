/**
 * A chip that all CPUs read one after the other, as the one with the HPET and the ACPI timer is: a
 * read that finds it busy waits. Reads are served by when they are made, also when the simulation
 * comes to them in another order: a CPU that runs ahead keeps its place, and others go before it
 * where there is room.
 */
export class ChipQueue {
  /** Reads that had to wait, and how long together. */
  waits = 0
  waitedCycles = 0
  /** When the reads begin and end that are not over at `#floor`, in order. */
  readonly #begins: number[] = []
  readonly #ends: number[] = []

  /**
   * The cycle at which a read of `cycles` ends that is made at cycle `now`. No later call is made
   * for a cycle before `floor`.
   */
  read(now: number, cycles: number, floor: number): number {
    this.#forget(floor)
    let begin = now
    let place = 0
    while (place < this.#begins.length && this.#begins[place]! < begin + cycles) {
      begin = Math.max(begin, this.#ends[place]!)
      place++
    }
    this.#begins.splice(place, 0, begin)
    this.#ends.splice(place, 0, begin + cycles)
    if (begin > now) {
      this.waits++
      this.waitedCycles += begin - now
    }
    return begin + cycles
  }

  clear(): void {
    this.#begins.length = 0
    this.#ends.length = 0
    this.waits = 0
    this.waitedCycles = 0
  }

  #forget(floor: number): void {
    let over = 0
    while (over < this.#ends.length && this.#ends[over]! <= floor) over++
    this.#begins.splice(0, over)
    this.#ends.splice(0, over)
  }
}
