import { type Access, areDependent } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'
import type { HappensBefore } from './happens-before.ts'
import type { Sequence } from './wakeup-tree.ts'

/**
 * The steps of an execution that are planned in another order, and at last one that is to be made
 * there. One plan is filled again for each, because most of them turn out to be covered already;
 * what is inserted keeps the accesses and nothing else.
 */
export class Plan implements Sequence {
  readonly accesses: Access[] = []
  readonly positions: number[] = []
  #execution: Execution | undefined
  #indexes: readonly number[] = []
  /** Which of the steps the last one needs, by position. */
  readonly #isNeeded: boolean[] = []

  constructor(readonly order: HappensBefore) {}

  /** The steps at `indexes`, and then one that does `last`, made possible by one of them. */
  fill(
    execution: Execution,
    indexes: readonly number[],
    accessOf: (index: number) => Access,
    last: Access,
    enabledBy: number,
  ): this {
    const count = indexes.length
    this.#execution = execution
    this.#indexes = indexes
    for (let i = 0; i < count; i++) {
      const access = accessOf(indexes[i]!)
      this.accesses[i] = access
      this.positions[i] = i
      this.#isNeeded[i] = indexes[i] === enabledBy || areDependent(access, last)
    }
    this.accesses[count] = last
    this.positions[count] = count
    if (this.accesses.length > count + 1) {
      this.accesses.length = this.positions.length = count + 1
    }
    return this
  }

  precedes(i: number, j: number): boolean {
    const last = this.#indexes.length
    if (j < last) return this.#isBefore(i, j)
    if (this.#isNeeded[i]!) return true
    for (let k = i + 1; k < last; k++) if (this.#isNeeded[k]! && this.#isBefore(i, k)) return true
    return false
  }

  #isBefore(i: number, j: number): boolean {
    return this.order.isBefore(this.#execution!, this.#indexes[i]!, this.#indexes[j]!)
  }
}
