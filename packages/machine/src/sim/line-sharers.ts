import type { Placement } from './placement.ts'
import { type Distance, DISTANCES, OWN } from './topology.ts'

/** Which CPUs have a copy of each line, as sets, and how far they are from a CPU that asks. */
export class LineSharers {
  /** Words of 32 bits per line. */
  readonly #words: number
  readonly #sharers: Int32Array
  /** By CPU and distance: the CPUs so far away, as a set. */
  readonly #atDistance: Int32Array
  #lastSharers = 0
  #lastCpu = -1
  #lastFarthest = OWN

  constructor(placement: Placement, lines: number) {
    const { cpus } = placement
    this.#words = (cpus + 31) >> 5
    this.#sharers = new Int32Array(lines * this.#words)
    this.#atDistance = new Int32Array(cpus * DISTANCES * this.#words)
    for (let one = 0; one < cpus; one++) {
      for (let other = 0; other < cpus; other++) {
        const set = one * DISTANCES + placement.distance(one, other)
        this.#atDistance[set * this.#words + (other >> 5)]! |= 1 << (other & 31)
      }
    }
  }

  /** Makes two CPUs the only ones with a copy. */
  setPair(line: number, one: number, other: number): void {
    const words = this.#words
    // A loop, since `fill` costs more than the few words that there are.
    for (let word = line * words; word < (line + 1) * words; word++) this.#sharers[word] = 0
    this.add(line, one)
    this.add(line, other)
  }

  add(line: number, cpu: number): void {
    this.#sharers[line * this.#words + (cpu >> 5)]! |= 1 << (cpu & 31)
  }

  /** How many have a copy. */
  count(line: number): number {
    let count = 0
    for (let word = line * this.#words; word < (line + 1) * this.#words; word++) {
      for (let left = this.#sharers[word]!; left !== 0; left &= left - 1) count++
    }
    return count
  }

  has(line: number, cpu: number): boolean {
    const word = this.#sharers[line * this.#words + (cpu >> 5)]!
    return ((word >>> (cpu & 31)) & 1) === 1
  }

  /** How far the nearest other CPU with a copy is; OWN when there is none. */
  nearest(line: number, cpu: number): Distance {
    for (let distance = OWN + 1; distance < DISTANCES; distance++) {
      if (this.#isSharedAt(distance, line, cpu)) return distance
    }
    return OWN
  }

  /**
   * How far the farthest is. Lines of one buffer have the same sharers, one after the other, so
   * that the answer to the last question is often the answer to this.
   */
  farthest(line: number, cpu: number): Distance {
    if (this.#words > 1) return this.#findFarthest(line, cpu)
    const sharers = this.#sharers[line]!
    if (sharers !== this.#lastSharers || cpu !== this.#lastCpu) {
      this.#lastSharers = sharers
      this.#lastCpu = cpu
      this.#lastFarthest = this.#findFarthest(line, cpu)
    }
    return this.#lastFarthest
  }

  #findFarthest(line: number, cpu: number): Distance {
    for (let distance = DISTANCES - 1; distance > OWN; distance--) {
      if (this.#isSharedAt(distance, line, cpu)) return distance
    }
    return OWN
  }

  #isSharedAt(distance: Distance, line: number, cpu: number): boolean {
    const words = this.#words
    const set = (cpu * DISTANCES + distance) * words
    const sharers = line * words
    for (let word = 0; word < words; word++) {
      if ((this.#sharers[sharers + word]! & this.#atDistance[set + word]!) !== 0) return true
    }
    return false
  }
}
